# Ce dont il s’agit, cette fois.
problem-in-english = Ce message n’existe qu’en anglais :
problem-to-form = Retour au formulaire, tel que vous l’avez rempli
problem-written = Vous aviez écrit
problem-is-others-task = C’est la tâche d’un autre rôle.
problem-is-agencies-task = Seuls les membres des administrations peuvent le faire.
problem-is-citizens-task = Seules les personnes concernées contestent des enregistrements.
problem-is-foreign-form = Le formulaire a été fait pour une autre session, ou avant le début de celle-ci.
problem-is-foreign-host = L’adresse nomme un autre serveur que celui-ci.
problem-is-foreign-site = La demande a été envoyée par un autre site, et non par une page de ce serveur.
problem-is-form = Le formulaire est illisible.
problem-is-large-form = Le formulaire est trop volumineux.
problem-is-address = Ce qui suit le point d’interrogation dans l’adresse est illisible.
problem-is-no-page = Cette page n’existe pas.
problem-is-no-kind = Il n’y a pas de problème de ce type.
problem-is-no-identity = La démonstration n’a personne de ce nom.
problem-is-language = La langue n’est ni l’anglais ni le français.
problem-is-too-long = { $what ->
    [case] Le dossier dépasse { $max } caractères.
    [justification] Le motif dépasse { $max } caractères.
   *[other] La finalité dépasse { $max } caractères.
 }
problem-is-no-purpose = La finalité manque, ou aucune ne peut porter ce nom.
problem-is-no-purpose-self = Le projet n’a pas de finalité qui permette à chacun de lire ce qui le concerne.
problem-is-no-purpose-review = Le projet n’a pas de finalité qui permette d’examiner les liens.
problem-is-birth-date = La date de naissance est illisible. Écrivez l’année, le mois et le jour, par exemple 1984-03-12, ou seulement 1984-03 ou 1984.
problem-is-not-compared = Aucune recherche n’a été faite : cette finalité ne permet pas de comparer ce que vous avez rempli.
problem-is-birth-wide = Aucune recherche n’a été faite : beaucoup de personnes sont nées le même mois ou la même année. Ajoutez un nom ou un autre élément.
problem-is-search-too-long = Un champ de la recherche dépasse { $max } caractères.
problem-is-search-empty = Remplissez au moins un champ.
problem-is-nobody = Votre administration ne connaît personne sous ce pseudonyme.
problem-is-value = Une valeur ne peut pas être montrée.
problem-is-register-gone = Un registre n’est plus dans le projet.
problem-is-no-register = Le projet n’a pas ce registre.
problem-is-no-record = Aucun enregistrement qui vous est rattaché n’a ce nom, ou il est déjà contesté.
problem-is-contested = Cet enregistrement est déjà contesté.
problem-is-no-contest = Vous ne contestez aucun enregistrement de ce nom, ou il a déjà été jugé.
problem-is-contest-reason = Le motif doit compter de 10 à 2 000 caractères : dites pourquoi l’enregistrement ne vous concerne pas.
problem-is-no-pair = Aucune paire incertaine n’a ce numéro.
problem-is-record-id = Un enregistrement se désigne par son registre, un deux-points et sa clé telle que le registre l’écrit, ou les 32 chiffres de son identifiant ; il en faut deux différents.
problem-is-out-of-reach = L’un des deux enregistrements n’existe pas, ou cette finalité n’y donne pas accès. Il n’est pas dit lequel des deux cas se présente.
problem-is-verdict = Ce jugement ne fait pas partie de ceux à choisir.
problem-is-no-reason = Un jugement sans motif ne peut pas être réexaminé.
problem-is-no-reason-back = Dites pourquoi vous revenez dessus.
problem-is-nothing-said = Vous n’avez rien dit de cette paire depuis la construction de l’index.
problem-is-nothing-in-force = Rien de ce que vous auriez dit en dernier de ces deux enregistrements n’est en vigueur.
problem-is-numbered-anew = Les paires ont été renumérotées depuis que celle-ci a été montrée.
problem-is-contested-since = La personne conteste le lien depuis que cette paire a été montrée. Lisez d’abord pourquoi, puis jugez-en.
problem-is-no-entry = Le journal n’a pas cette entrée.
problem-is-no-verification = Aucune vérification n’a ce numéro, ou elle est trop ancienne. Commencez-en une nouvelle.
problem-is-no-checkpoint = Ceci n’est pas un point de contrôle enregistré : le journal n’a pas été vérifié. Collez le texte entier, avec sa signature, tel que vous l’avez enregistré.
problem-is-foreign-checkpoint = Il n’a pas été signé par ce journal. C’est aussi le cas d’une copie inexacte ou modifiée. S’il est exactement tel que ce journal l’a donné un jour, prévenez l’exploitant : le journal a peut-être été remplacé par un autre.
problem-is-no-day = Un jour de l’adresse n’existe pas. Écrivez-le comme 2026-11-24.
problem-is-backwards = La période de l’adresse commence après sa fin. Changez l’un des deux jours.
problem-is-no-entry-kind = L’adresse demande des entrées d’une nature qui n’existe pas. Choisissez-en une dans la liste.
problem-is-verifying = Le journal est en cours de vérification par rapport à un autre point de contrôle. Réessayez dans quelques secondes.
problem-is-reading-log = Le journal est encore en cours de lecture, comme après chaque démarrage du serveur : { $percent } % jusqu’ici. Réessayez dans quelques secondes.
problem-is-no-reading = Aucune livraison chargée n’a ce numéro, ou elle est trop ancienne.
problem-is-reading-in = Une autre livraison est en cours de chargement. Réessayez quand il sera terminé.
problem-is-no-way-in = Le lien n’est pas valable, ou il a expiré. Le serveur en affiche de nouveaux à son démarrage ; la page d’accueil permet de choisir qui agit.
problem-is-ending = Le serveur est en cours d’arrêt.

# Pourquoi rien d’une livraison n’a été pris.
why-no-files = Aucun fichier ne correspond à { $patterns }. Placez-y la livraison, ou corrigez `source.file` dans registers/{ $register }.toml.
why-pattern = `{ $pattern }` n’est pas un motif de noms de fichiers. Corrigez `source.file` dans registers/{ $register }.toml.
why-bought = { $missing ->
    [seller] Le registre { $register } contient des données achetées et n’indique pas leur vendeur. Rien n’en est chargé tant que `bought` dans registers/{ $register }.toml ne le fait pas.
    [licence] Le registre { $register } contient des données achetées et n’indique pas leur licence. Rien n’en est chargé tant que `bought` dans registers/{ $register }.toml ne le fait pas.
   *[other] Le registre { $register } contient des données achetées et n’indique pas leur base légale. Rien n’en est chargé tant que `bought` dans registers/{ $register }.toml ne le fait pas.
 }
why-register = registers/{ $register }.toml décrit ce qui ne peut pas être fait.
why-empty = { $format ->
    [json-lines] { $file } est vide et n’a pas une seule ligne. Redemandez la livraison.
    [parquet] { $file } est vide, et même un fichier Parquet sans lignes dit quelles colonnes il a. Redemandez la livraison.
   *[csv] { $file } est vide et n’a pas même de ligne d’en-tête. Redemandez la livraison.
 }
why-no-rows = La livraison du registre { $register } n’a aucune ligne ({ $files }). Elle est complète : tous les enregistrements disparaîtraient. Redemandez-la.
why-no-delimiter = La ligne d’en-tête du fichier { $file } a une colonne là où { $expected } sont attendues. Rien n’y ressemble à un séparateur ; `{ $stated }` est indiqué.
why-delimiter = La ligne d’en-tête du fichier { $file } a une colonne là où { $expected } sont attendues. Elle semble séparée par `{ $found }`, et non par `{ $stated }`.
why-missing-column = { $file } n’a pas de colonne `{ $column }`. Demandez-la, corrigez son `from` dans registers/{ $register }.toml, ou retirez-la de là.
why-missing-column-near = { $file } n’a pas de colonne `{ $column }`, mais une nommée `{ $nearest }`. Demandez-la, corrigez son `from` dans registers/{ $register }.toml, ou retirez-la de là.
why-absent-column = Aucune ligne de la livraison du registre { $register } n’a le nom `{ $column }`. Demandez-le, corrigez son `from` dans registers/{ $register }.toml, ou retirez-le de là.
why-other-header = La ligne d’en-tête du fichier { $file } n’est pas celle du registre. `lucarne ingest` dit de quelle colonne il s’agit.
why-header = La ligne d’en-tête du fichier { $file } est illisible. Corrigez `source` dans registers/{ $register }.toml.
why-parquet = { $file } ne peut pas être lu comme un fichier Parquet. Redemandez la livraison.
why-parquet-type = La colonne `{ $column }` du fichier { $file } est du type { $of }, qui ne peut pas être lu. Faites-la livrer sous forme de texte.
why-too-many-bad = { $bad } lignes du registre { $register } sur { $rows } sont incorrectes, soit plus que la part de { $share } qu’admet registers/{ $register }.toml. Corrigez ce fichier ou redemandez la livraison.
why-too-many-gone = { $gone } enregistrements du registre { $register } sur { $records } ne sont pas dans la livraison, soit plus que la part de { $share } qu’admet registers/{ $register }.toml. Elle est complète : ils disparaîtraient. Elle est peut-être tronquée, ou ne contient que des changements : redemandez-la. Si ces enregistrements doivent disparaître, écrivez `gone_share_max = { $up }` dans ce fichier pour cette livraison, et retirez-le après elle.
why-too-many-others = { $gone } enregistrements du registre { $register } sur { $records } ne sont pas dans la livraison, soit plus que la part de { $share } qu’admet registers/{ $register }.toml, et { $new } autres y sont. Elle est complète : les premiers disparaîtraient. Peut-être la clé ou les colonnes ont-elles changé, ou est-ce la livraison d’un autre registre : comparez-la avec ce fichier. Si ces enregistrements doivent disparaître, écrivez `gone_share_max = { $up }` dans ce fichier pour cette livraison, et retirez-le après elle.
why-changed = { $file } a été modifié pendant sa lecture. Attendez qu’il soit là en entier, et chargez-le de nouveau.
why-io = { $file } ne peut pas être lu.
why-lake = Les tables du registre n’ont pas pu être écrites.
why-ended = Le chargement s’est interrompu. Chargez de nouveau la livraison ; l’exploitant trouve le reste dans le journal technique du serveur.

# Exécutions passées.
past-title = Exécutions passées
past-what = La plus récente d’abord, d’après ce qui est conservé de toute façon : le journal a une entrée pour chaque exécution qui allait lire ou écrire ou qui a été refusée, les tables nomment l’exécution qui les a faites, et l’index celle qui l’a construit. Si une exécution n’a rien laissé, on ne sait en général pas pourquoi. Une livraison rejetée n’a en général pas d’entrée : elle figure ici tant que ce serveur fonctionne, parmi les dernières.
past-none = Il n’y a encore aucune exécution.
past-none-earlier = Il n’y a pas d’exécution antérieure.
past-did = Exécution
past-began = Début
past-took = Durée
past-became = Résultat
past-entry = Entrée { $entry } du journal
past-ingest = Chargement : { $register }
past-seconds = { $n } s
past-minutes = { $n } min
past-done = terminée
past-tables = { $count ->
    [one] une table faite
   *[other] { $n } tables faites
 }
past-in-service = en service
past-not-in-service = pas en service
past-only-read = enregistrements lus par un serveur
past-under-way = en cours
past-unfinished = rien n’a été écrit
past-untold = inconnu
past-refused = refusée
past-latest = Dernières exécutions
past-earlier = Exécutions précédentes

# En quoi un journal n’est pas intact, et ce que disent les machines.
fault-unread = Un fichier du journal est illisible : on ne sait rien de son contenu.
fault-format = Le format du répertoire n’est pas celui que connaît ce serveur, ou le fichier qui le nomme est absent.
fault-checkpoint = Le point de contrôle est absent, ou n’a pas été signé par ce journal.
fault-dropped = Les entrées sont moins nombreuses qu’à l’enregistrement de ce point de contrôle : les dernières ont été supprimées.
fault-rewritten = Les premières entrées ne sont pas celles du point de contrôle enregistré : l’historique a été réécrit.
fault-changed = Une entrée, ou une empreinte calculée sur des entrées, est absente ou a été modifiée après sa signature.
fault-stray = Un fichier ne fait pas partie du journal.
fault-latest = La trace écrite des dernières entrées est endommagée, ou diffère de ce qui a été publié.
technical-words = Ce qu’en dit la machine, en anglais
