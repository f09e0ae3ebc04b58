# Le cadre de chaque page.
skip = Aller au contenu
nav-label = Pages
nav-search = Chercher une personne
nav-review = Liens incertains
nav-desk = Vue d’ensemble
nav-quality = Qualité de l’appariement
nav-log = Le journal
nav-runs = Tables et exécutions
nav-looks = Qui m’a consulté
nav-records = Ce que l’on détient sur moi
nav-registers = Registres
nav-purposes = Finalités
nav-agreements = Accords
other-language = English
other-language-code = en
foot-synthetic = Démonstration. Toutes les personnes sont inventées.
foot-api = La même chose par HTTP
foot-no-islands = Cette version a été construite sans Node : les images des relations et du temps restent fixes, l’avancement ne bouge que si sa page est rouverte, et les reçus ne peuvent pas être vérifiés dans le navigateur.

# Entre un clic et sa réponse.
step-under-way = Demande envoyée. En attente de la réponse…
step-late = Le serveur n’a pas encore répondu. Vous pouvez attendre encore, ou demander à nouveau.
step-offline = Le serveur est injoignable : cet ordinateur n’est pas connecté. Rien n’a été envoyé, et ce que vous avez écrit est conservé.
step-kept-typed = Le serveur n’a pas pu être joint, et aucune réponse n’est venue. Ce que vous aviez écrit est de nouveau là.
try-again = Réessayer

# Le bandeau.
bar-label = Qui agit, et pourquoi
bar-acting = Vous agissez comme
bar-agency = Pour
bar-purpose = Finalité
bar-purpose-missing = pas encore choisie
bar-purpose-none = aucune n’est requise ici
bar-case = Dossier
bar-why = Motif
bar-missing = non indiqué
bar-change = Modifier
bar-act-as = Agir comme
bar-act-as-hint = Pour cette démonstration ; finalité et dossier sont oubliés.
bar-act-as-do = Changer de rôle

# Ce à quoi l’on travaille.
work-purpose = Finalité
work-choose = Choisissez une finalité
work-mine = Finalités de votre rôle
work-others = Finalités d’autres rôles : refusées et journalisées
work-case = Dossier
work-case-hint = Comme votre administration l’écrit, par exemple SL-2026-0417
work-why = Motif
work-why-hint = Une phrase. La personne pourra la lire.
work-do = Travailler sur ce dossier
purpose-expired = { $says } (échue)
purpose-not-yet = { $says } (pas encore en vigueur)
why-purpose-title = Pourquoi d’abord une finalité
why-purpose = La finalité décide de ce qui vous est montré, et la personne consultée voit laquelle vous avez choisie. Sans elle, rien de personnel n’apparaît.
why-purpose-all = Toutes les finalités et ce qu’elles permettent
allows-title = Ce que permet cette finalité
allows-rest = Tout ce qui n’est pas nommé ici est retenu.
allows-nothing = Rien n’est montré à personne sous cette finalité.
allows-until = En vigueur jusqu’au { $date }.

# La première page.
start-title = Accueil
start-heading = Regarder dans les registres. Être vu en regardant. ({ $project })
start-what = Lucarne réunit les registres des administrations au moment d’une question, pour une personne et une finalité déclarée, et ne garde aucune fiche de la réponse.
start-promise = Chaque consultation est inscrite dans un journal qu’on ne peut modifier sans que cela se voie, et la personne consultée peut lire qui, quand, pourquoi et en vertu de quelle loi.
start-continue = Reprendre
start-choose = Qui êtes-vous aujourd’hui ?
start-choose-hint = Il n’y a pas encore d’authentification : cette démonstration ne répond que sur cet ordinateur, et vous choisissez un rôle.
start-nobody = Ce serveur n’a pas d’identités de démonstration : personne ne peut agir. Lancez-le avec `lucarne demo`.
start-counts = Ce qui se trouve ici, et l’usage qui en est fait
start-counts-hint = Compté dans les registres et le journal, tel que chacun peut le voir.
start-agencies = administrations
start-registers = registres
start-rows = enregistrements
start-looks = consultations permises
start-refusals = consultations refusées
start-entries = entrées du journal
task-officer = Trouver une personne pour un dossier, voir ce que la finalité permet et d’où vient chaque valeur.
task-steward = Décider si deux enregistrements semblables concernent une seule personne.
task-data-protection-officer = Voir l’usage des registres et ce qui a été refusé, lire le journal de toutes les consultations, le vérifier.
task-engineer = Voir ce qui a été lu, construit et mis en quarantaine.
task-citizen = Voir qui vous a consulté, pourquoi et en vertu de quelle loi, et ce que l’on détient sur vous.

# Problèmes.
problem-event = L’exploitant le trouve dans le journal du serveur sous
problem-about = À propos de ce type de problème
problem-home = À la première page
problem-title-unauthenticated = Pas de session valable
problem-do-unauthenticated = Choisissez qui agit sur la première page, ou envoyez un jeton signé par ce serveur.
problem-title-refused = Refusé par une règle
problem-do-refused = Chaque motif nomme la règle et ce qu’il faudrait. Le refus est au journal.
problem-title-wrong-role = Pas pour ce rôle
problem-do-wrong-role = Agissez dans un rôle qui a cette tâche. Vous pouvez en changer dans le bandeau ci-dessus.
problem-title-foreign-request = Le formulaire n’est pas de cette session
problem-do-foreign-request = Rouvrez la page et envoyez le formulaire de là. Rien n’a été fait.
problem-title-not-meant = Une consultation doit être voulue
problem-do-not-meant = La page a été préchargée, pas ouverte. Ouvrez-la si vous voulez la consulter.
problem-title-not-found = Il n’y a rien ici
problem-do-not-found = Vérifiez l’adresse, ou commencez à la première page.
problem-title-bad-request = La demande est illisible
problem-do-bad-request = Revenez en arrière et corrigez ce qui est nommé ci-dessous.
problem-title-changed-meanwhile = Ce que vous avez vu a changé
problem-do-changed-meanwhile = Rien n’a été écrit. Rouvrez la page et décidez de nouveau.
problem-title-too-large = La demande est trop grande
problem-do-too-large = Envoyez-en moins.
problem-title-too-slow = La requête est venue trop lentement
problem-do-too-slow = Envoyez-la d’un trait. Rien n’a été fait.
problem-title-unavailable = Aucune réponse n’est possible maintenant
problem-do-unavailable = Rien n’a été divulgué. Réessayez plus tard.
problem-title-internal = Le serveur a échoué
problem-do-internal = Rien n’a été divulgué. Donnez à l’exploitant le numéro ci-dessous.
kind-type = Type
kind-status = État HTTP
kind-what = Les programmes reçoivent les problèmes comme documents RFC 9457 ; cette page est ce que leur type nomme.

# Refus.
refused-title = Ceci a été refusé
refused-nothing = Rien n’a été montré sur qui que ce soit.
refused-logged = Le refus est l’entrée { $entry } du journal.
refused-rules = { $count ->
    [one] La règle qui refuse
   *[other] Les { $n } règles qui refusent
 }
refused-needed = Ce qu’il faudrait :
refused-rule = Règle
refused-asked = Ce qui a été demandé
refused-what = Question
refused-who = Par
refused-next = Ce que vous pouvez faire
refused-next-says = Choisissez une finalité qui nomme votre rôle, ou complétez dossier et motif, avec « Modifier » dans le bandeau ci-dessus. Si votre tâche demande ce qu’aucune de vos finalités ne permet, demandez à votre délégué à la protection des données une finalité ou un accord qui le permette.
asked-search = Chercher une personne
asked-person = Ouvrir une personne
asked-own = Lire ses propres enregistrements ou consultations
asked-review = Montrer un lien incertain
asked-judgement = Juger un lien incertain
asked-contest = Contester un enregistrement
asked-page = Ouvrir une page
