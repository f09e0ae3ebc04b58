# Le cadre de chaque page.
skip = Aller au contenu
nav-label = Pages
nav-search = Rechercher une personne
nav-review = Liens incertains
nav-desk = Vue d’ensemble
nav-quality = Qualité de l’appariement
nav-log = Le journal
nav-runs = Tables et exécutions
nav-looks = Qui a consulté mes données
nav-records = Ce que l’on détient sur moi
nav-registers = Registres
nav-purposes = Finalités
nav-agreements = Accords
other-language = English
other-language-code = en
foot-synthetic = Démonstration. Toutes les personnes sont inventées.
foot-api = La même chose par HTTP
api-title = La même chose par HTTP
api-what = Ce que des programmes peuvent demander à ce serveur, selon les mêmes règles et avec les mêmes entrées au journal. La description elle-même est en anglais.
api-file = La description sous forme de fichier, pour des programmes : openapi.json
api-takes = Ce qui est envoyé
api-answers = Ce qui est répondu
api-name = Nom
api-place = Emplacement
api-shape = Forme
api-says = Ce qu’elle dit
api-status = Statut
api-needed = obligatoire
api-shapes = Formes de JSON
foot-no-islands = Cette version a été construite sans Node : les images des relations et du temps restent fixes, les autres personnes à une adresse s’affichent sur une page à part, l’avancement n’est mis à jour qu’à la réouverture de sa page, et les reçus ne peuvent pas être vérifiés dans le navigateur.
quoted = « { $text } »

# Ce qui est à corriger dans un formulaire.
error-title = Erreur : { $title }
error-summary = { $count ->
    [one] Rien n’a encore été enregistré. Un point est à corriger :
   *[other] Rien n’a encore été enregistré. { $n } points sont à corriger :
 }

# Entre un clic et sa réponse.
step-under-way = Demande envoyée. En attente de la réponse…
step-late = Le serveur n’a pas encore répondu. Vous pouvez attendre encore, ou demander à nouveau.
step-offline = Le serveur est injoignable : cet ordinateur n’est pas connecté. Rien n’a été envoyé, et ce que vous avez écrit est conservé.
step-kept-typed = Le serveur n’a pas pu être joint, et aucune réponse n’est venue. Ce que vous aviez écrit est de nouveau là.
try-again = Réessayer

# Le bandeau.
bar-label = Qui agit, et pourquoi
bar-acting = Vous agissez en tant que
bar-agency = Pour
bar-purpose = Finalité
bar-purpose-missing = pas encore choisie
bar-purpose-none = aucune n’est requise ici
bar-case = Dossier
bar-why = Motif
bar-missing = non indiqué
bar-change = Modifier
bar-leave = Quitter
strip-purpose = Finalité : { $says }
strip-all = Tout voir
bar-act-as = Agir en tant que
bar-act-as-hint = Pour cette démonstration ; la finalité et le dossier sont alors oubliés.
bar-act-as-do = Changer de rôle

# Ce à quoi l’on travaille.
work-purpose = Finalité
work-choose = Choisissez une finalité
work-mine = Finalités de votre rôle
work-others = Finalités d’autres rôles : refusées et journalisées
work-case = Dossier
work-case-hint = Tel que votre administration l’écrit, par exemple SL-2026-0417
work-why = Motif
work-purpose-missing = Choisissez une finalité.
work-case-missing = Cette finalité exige un dossier : indiquez-le.
work-why-missing = Cette finalité exige un motif : dites en une phrase pourquoi vous consultez.
reason-least = Au moins { $min } lettres ou chiffres.
work-why-hint = Une phrase. La personne pourra la lire.
work-do = Travailler sur ce dossier
purpose-expired = { $says } (échue)
purpose-not-yet = { $says } (pas encore en vigueur)
why-purpose-title = Pourquoi choisir d’abord une finalité
why-purpose = La finalité détermine ce qui vous est montré, et la personne concernée voit celle que vous avez choisie. Sans finalité, aucune donnée personnelle n’apparaît.
why-purpose-all = Toutes les finalités et ce qu’elles permettent
allows-title = Ce que permet cette finalité
allows-rest = Ce qui n’est pas nommé ici n’est pas communiqué.
allows-nothing = Cette finalité ne montre rien à personne.
allows-until = En vigueur jusqu’au { $date }.
allows-not-yet = Pas en vigueur avant le { $date } : jusque-là, toute demande à ce titre sera refusée et journalisée.
allows-ended = Son dernier jour était le { $date } : toute demande à ce titre sera refusée et journalisée.
allows-not-mine = Cette finalité n’est pas destinée à votre rôle : toute demande à ce titre sera refusée et journalisée.
allows-registers = Registres accessibles
allows-not-opened = Le choix de cette finalité n’a entraîné aucune consultation.
allows-open-again = Consulter à nouveau cette personne pour cette finalité
search-changed = Ce sur quoi vous travaillez a été modifié depuis l’affichage de la page qui contient ce lien, peut-être dans une autre fenêtre. Aucune consultation n’a eu lieu. Lisez dans le bandeau ce qui vaut à présent, puis consultez la personne à ce titre si telle est votre intention.

# La première page.
start-title = Accueil
start-heading = { $project } : qui consulte les registres le fait au grand jour
start-left = Votre session est terminée. La finalité, le dossier et le motif sont oubliés.
start-what = Lucarne réunit les registres des administrations le temps d’une question, pour une personne et une finalité déclarée, et ne conserve pas la réponse.
start-promise = Chaque consultation est inscrite dans un journal qu’on ne peut modifier sans que cela se voie, et la personne concernée peut lire qui l’a faite, quand, pourquoi et en vertu de quelle loi.
start-continue = Reprendre
start-choose = Qui êtes-vous aujourd’hui ?
start-choose-hint = Il n’y a pas encore d’authentification : cette démonstration ne répond que sur cet ordinateur, et vous choisissez un rôle.
start-nobody = Ce serveur n’a pas d’identité de démonstration : personne ne peut agir. Lancez-le avec `lucarne demo`.
start-ended = Votre session a pris fin. Choisissez de nouveau qui vous êtes.
start-counts = Ce qui se trouve ici, et l’usage qui en est fait
start-counts-hint = Chiffres tirés des registres et du journal, tels que chacun peut les voir.
start-agencies = administrations
start-registers = registres
start-rows = enregistrements
start-looks = consultations autorisées
start-refusals = consultations refusées
start-entries = entrées du journal
task-officer = Trouver une personne pour un dossier, voir ce que la finalité permet et d’où vient chaque valeur.
task-steward = Décider si deux enregistrements semblables concernent une seule personne.
task-data-protection-officer = Voir l’usage des registres et ce qui a été refusé, lire le journal de toutes les consultations, le vérifier.
task-engineer = Voir ce qui a été chargé, construit et mis en quarantaine.
task-citizen = Voir qui a consulté vos données, pourquoi et en vertu de quelle loi, et ce que l’on détient sur vous. Pour essayer, ouvrez « Ce que l’on détient sur moi » et lisez le nom, cherchez-le en tant qu’agent, puis revenez : la consultation y est.

# Problèmes.
problem-event = L’exploitant en trouve la trace dans le journal technique du serveur, sous le numéro
problem-about = À propos de ce type de problème
problem-home = Revenir à l’accueil
form-only-title = Un formulaire s’envoie à cette adresse
form-only-do = Il n’y a rien à lire ici. Ouvrez la page du formulaire et envoyez-le de là. Rien n’a été fait.
form-only-page = Vers la page du formulaire
ended-title = Votre session a pris fin
ended-do = Rien n’a été fait. Choisissez qui agit sur la page d’accueil, puis recommencez.
ended-not-shown = Si vous aviez écrit quelque chose, ce n’est pas montré ici : on ne peut plus savoir qui l’a écrit.
problem-title-unauthenticated = Aucune session valable
problem-do-unauthenticated = Choisissez qui agit sur la page d’accueil, ou envoyez un jeton signé par ce serveur.
problem-title-refused = Refusé par une règle
problem-do-refused = Chaque motif nomme la règle et ce qu’il faudrait. Le refus est inscrit au journal.
problem-title-wrong-role = Réservé à un autre rôle
problem-do-wrong-role = Agissez dans un rôle chargé de cette tâche. Vous pouvez en changer dans le bandeau ci-dessus.
problem-title-foreign-request = La demande ne vient pas d’une page de cette session
problem-do-foreign-request = Rouvrez la page et envoyez le formulaire à partir de celle-ci. Rien n’a été fait.
problem-title-not-meant = Une consultation doit être voulue
problem-do-not-meant = La page a été préchargée, pas ouverte. Ouvrez-la si vous voulez la consulter.
problem-title-not-found = Rien n’a été trouvé ici
problem-do-not-found = Vérifiez l’adresse, ou repartez de la page d’accueil.
problem-title-bad-request = La demande est illisible
problem-do-bad-request = Revenez en arrière et corrigez ce qui est nommé ci-dessous.
problem-title-unusable-checkpoint = Ce point de contrôle est inutilisable
problem-do-unusable-checkpoint = Le journal lui-même n’a pas été examiné. Vérifiez-le seul, ou revenez coller le texte entier tel que vous l’avez enregistré.
problem-title-changed-meanwhile = Ce que vous avez vu a changé
problem-do-changed-meanwhile = Rien n’a été écrit. Rouvrez la page et décidez de nouveau.
problem-title-too-large = La demande est trop volumineuse
problem-do-too-large = Envoyez moins de données.
problem-title-too-slow = La demande est arrivée trop lentement
problem-do-too-slow = Envoyez-la en une fois. Rien n’a été fait.
problem-title-unavailable = Aucune réponse n’est possible maintenant
problem-do-unavailable = Aucune donnée n’a été communiquée. Réessayez plus tard.
problem-title-internal = Le serveur a rencontré une erreur
problem-do-internal = Aucune donnée n’a été communiquée. Indiquez à l’exploitant le numéro ci-dessous.
kind-type = Type
kind-status = État HTTP
kind-what = Les programmes reçoivent les problèmes sous forme de documents RFC 9457 ; leur type renvoie à cette page.

# Refus.
refused-title = Ceci a été refusé
refused-nothing = Aucune donnée personnelle n’a été montrée.
refused-logged = Le refus est l’entrée { $entry } du journal.
refused-rules = { $count ->
    [one] La règle qui refuse
   *[other] Les { $n } règles qui refusent
 }
refused-needed = Ce qu’il faudrait :
refused-rule = Règle
refused-asked = Ce qui a été demandé
refused-what = Demande
refused-filled = Champs remplis
refused-who = Qui
refused-next = Ce que vous pouvez faire
refused-next-says = Choisissez une finalité qui nomme votre rôle, avec « Modifier » dans le bandeau ci-dessus. Si votre tâche demande ce qu’aucune de vos finalités ne permet, demandez à votre délégué à la protection des données une finalité ou un accord qui le permette.
advice-choose = Choisissez une finalité, avec « Modifier » dans le bandeau ci-dessus.
advice-ended = Choisissez une finalité en vigueur, avec « Modifier » dans le bandeau ci-dessus. Si votre tâche demande celle-ci, demandez à votre délégué à la protection des données si elle sera approuvée de nouveau.
advice-later = Choisissez une finalité en vigueur, avec « Modifier » dans le bandeau ci-dessus, ou attendez que celle-ci le soit.
advice-case = Indiquez le dossier, avec « Modifier » dans le bandeau ci-dessus, puis refaites votre demande.
advice-reason = Reformulez votre motif, avec « Modifier » dans le bandeau ci-dessus, puis refaites votre demande.
advice-reason-form = Revenez au formulaire et reformulez votre motif.
advice-budget = Les données déjà consultées aujourd’hui vous restent accessibles ; d’autres pourront l’être dès demain (UTC). Si votre tâche en demande souvent davantage par jour, adressez-vous à votre délégué à la protection des données.
advice-own-file = Confiez le dossier à un collègue. Ce qui est conservé à votre sujet se lit sur votre propre page, en votre nom propre.
advice-role = Agissez dans un rôle qui a cette tâche, ou reconnectez-vous si le vôtre doit l’avoir.
advice-elsewhere = Choisissez une autre finalité de votre rôle, avec « Modifier » dans le bandeau ci-dessus, si l’une d’elles convient à votre tâche. Sinon, demandez à votre délégué à la protection des données ce qui devrait changer.
advice-needed = Faites ce qui est indiqué ci-dessus comme nécessaire.
advice-rule = Cette règle est propre au projet : ce qu’elle demande figure ci-dessus. Si cela ne dépend pas de vous, adressez-vous à votre délégué à la protection des données.
refused-next-member = Ce que vous avez demandé a sa propre finalité : il n’y en a pas à choisir. Si votre tâche demande ce que celle-ci ne permet pas, demandez à votre délégué à la protection des données une finalité ou un accord qui le permette.
refused-next-citizen = Vous n’avez pas de finalité à choisir : vous avez le droit de lire ce que l’on détient sur vous et qui vous a consulté. Si cela vous est refusé, écrivez à l’administration qui tient le registre ; la page de chaque registre indique à quelle adresse.
refused-officer = Votre délégué à la protection des données est joignable par votre propre administration : { $contact }.
refused-quote = Citez la finalité { $purpose } et ce qui a refusé : { $rules }.
refused-quote-rules = Citez ce qui a refusé : { $rules }.
asked-search = Rechercher une personne
asked-person = Consulter les données d’une personne
asked-own = Lire ses propres enregistrements, ou qui les a consultés
asked-review = Montrer un lien incertain
asked-explain = Expliquer deux enregistrements
asked-judgement = Juger un lien incertain
asked-contest = Contester un enregistrement
asked-page = Ouvrir une page
