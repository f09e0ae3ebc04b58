# Recherche.
search-title = Chercher une personne
search-hint = Remplissez ce que vous savez. Les noms peuvent être dans n’importe quel ordre et un peu faux. Toute personne qui vous est montrée verra que vous avez cherché.
search-first-purpose = Dites d’abord pourquoi vous consultez : finalité, dossier et motif.
search-nothing-asked = Remplissez au moins un champ.
search-name = Nom
search-name-hint = Prénom et nom, dans n’importe quel ordre
search-birth-date = Date de naissance
search-birth-date-hint = Par exemple 12/03/1984 ou 1984-03-12
search-birth-date-unread = Cette date est illisible. Écrivez jour, mois et année.
search-identifier = Numéro
search-identifier-hint = Numéro national, fiscal ou de passeport
search-address = Adresse
search-address-hint = Rue, commune ou code postal
search-contact = Téléphone ou courriel
search-do = Chercher

# Résultats.
results-title = Personnes trouvées
results-count = { $count ->
    [0] Personne n’a été trouvé
    [one] Une personne a été trouvée
   *[other] { $n } personnes ont été trouvées
 }
results-logged = Cette recherche est l’entrée { $entry } du journal. Chaque personne montrée ici peut la voir.
results-not-used = Non utilisé, car la finalité ne permet pas de le comparer : { $parts }.
results-none = Personne de semblable dans les registres que cette finalité atteint. Essayez moins de champs, ou une autre graphie.
results-caption = Personnes trouvées, la meilleure d’abord
results-person = Personne
results-details = Pour les distinguer
results-why = Pourquoi trouvée
results-registers = A des enregistrements dans
results-nameless = Nom retenu
results-more = Il y en a d’autres. Ajoutez ce que vous savez pour restreindre la recherche.
results-again = Chercher encore
matched-same = { $part } : identique
matched-similar = { $part } : semblable

# Le dossier.
person-title = Personne
person-nameless = Une personne
person-logged = Réuni le { $when } ; entrée { $entry } du journal.
person-kept-nowhere = Il n’est gardé nulle part.
person-pseudonym = Votre administration connaît cette personne sous
person-empty = Les registres que cette finalité atteint ne contiennent rien sur cette personne.
person-search-again = Chercher une autre personne
person-registers = { $count ->
    [one] registre
   *[other] registres
 }
person-records = { $count ->
    [one] enregistrement
   *[other] enregistrements
 }
person-given = { $count ->
    [one] valeur donnée
   *[other] valeurs données
 }
person-masked = { $count ->
    [one] valeur réduite
   *[other] valeurs réduites
 }
person-withheld = { $count ->
    [one] colonne retenue
   *[other] colonnes retenues
 }
person-weakest = lien le moins certain
identity-title = Qui est cette personne, d’après les registres
identity-caption = Les registres qui se contredisent sont montrés côte à côte ; aucun n’est préféré. Au-delà du nom et de la naissance, seul ce qui diffère est ici, avec le jour de sa lecture.
identity-what = Quoi
identity-value = Valeur
identity-registers = Registres
identity-differs = les registres diffèrent
identity-held = { $register } ({ $when })
identity-more = { $count ->
    [one] Une autre valeur, dans les enregistrements ci-dessous
   *[other] { $n } autres valeurs, dans les enregistrements ci-dessous
 }
sections-label = Registres de cette page
section-bought = Acheté : { $seller }
record-of = Enregistrement { $number } sur { $total }
record-what = Quoi
record-value = Valeur
record-class = Classe
special-short = catégorie particulière
special-category = catégorie particulière : { $category }
source-row = Source
source-row-number = ligne { $row }
source-fresh = Lu le
source-run = Exécution
link-title = Le lien
link-alone-short = Source ; aucun lien à portée
link-alone = Aucun enregistrement à portée de cette finalité ne le rattache à la personne. Il peut être isolé, ou rattaché par un enregistrement que cette finalité n’atteint pas.
link-sure = Source ; lien sûr à { $percent }
link-says = Sûr à { $percent } que l’enregistrement concerne cette personne (poids d’appariement { $weight }).
link-via = Il concorde le plus avec un enregistrement de : { $register }.
weights-caption = Ce que compte chaque comparaison, en bits : positif pour une seule personne, négatif contre. Chaque barre commence où finit la précédente, et la dernière est le tout. Seulement ce que vous pouvez voir des deux enregistrements.
comparison-swapped = Ordre de { $columns }
weights-field = Comparé
weights-says = Ce qui a été trouvé
weights-weight = Poids
weights-sum = Somme jusque-là
weights-picture = Le poids en barre, de la somme d’avant à celle d’après
withheld-count = { $count ->
    [one] Une colonne est retenue : pourquoi, et comment demander
   *[other] { $n } colonnes sont retenues : pourquoi, et comment demander
 }
reduced-count = { $count ->
    [one] Une colonne est réduite : pourquoi, et comment demander
   *[other] { $n } colonnes sont réduites : pourquoi, et comment demander
 }
reduced-caption = Colonnes réduites
reduced-why = Pourquoi elle est réduite
reduced-says = De la classe « { $class } », la finalité { $purpose } donne ceci : { $how }.
reduced-needed = Une finalité qui donne la classe « { $class } » en valeurs.
withheld-caption = Colonnes retenues
withheld-why = Pourquoi elle est retenue
withheld-needed = Ce qu’il faudrait
one-in = 1 sur { $many }
step-exchanged = Il se trouve à la place d’un autre nom, où il est compté.
step-household = Les personnes d’un même ménage partagent noms et adresses : ces accords comptent moins.
step-household-name = Même ménage
step-prior = Avant toute comparaison : deux enregistrements pris au hasard ne sont presque jamais d’une même personne.
step-prior-name = Au départ
step-rest-name = Autres champs
step-rest = Ce qui est comparé de champs que cette finalité ne donne pas des deux enregistrements. Seule leur somme est dite.
step-whole-name = Le tout
step-whole = Sûr à { $percent } que les deux sont d’une même personne.
step-missing = Absent d’un côté : cela ne dit rien.
step-found = { $level } C’est le cas de { $m } des paires d’une même personne, et de { $u } des paires sans lien.
step-rare = La valeur est plus rare que la plupart : { $share } des enregistrements la portent.
step-frequent = La valeur est plus fréquente que la plupart : { $share } des enregistrements la portent.
step-within = { $count ->
    [one] à une lettre près
   *[other] à { $n } lettres près
}
level-day-and-month-exchanged = jour et mois inversés
level-different = différents
level-equal = identiques
level-exchanged = inversés
level-familiar-form = l’un est une forme familière de l’autre
level-in-order = dans l’ordre
level-initial = l’un est l’initiale de l’autre
level-near = presque identiques
level-nearly-equal = presque identiques
level-nearly-exchanged = presque inversés
level-number-and-street = mêmes numéro et rue
level-one-slip = une faute
level-one-slip-in-what-is-there = une faute dans ce que les deux indiquent
level-same-day-of-year = mêmes jour et mois, autre année
level-same-name--other-host = même nom chez un autre fournisseur
level-same-place = même localité
level-same-street = même rue
level-same-year--no-month = même année ; l’une n’indique rien de plus
level-same-year-and-month--no-day = mêmes année et mois ; l’une n’a pas de jour
level-same-year-and-month-or-day = même année, et mois ou jour
level-shared-part = une partie en commun
level-similar-0-7 = un peu semblables
level-similar-0-88 = semblables
level-similar-0-92 = très semblables
level-two-slips = deux fautes
level-year-within-one = années à un près
timeline-title = Au fil du temps
timeline-picture = Dates des enregistrements, une ligne par registre
timeline-table = Les dates en tableau
timeline-when = Quand
timeline-what = Quoi
timeline-where = Registre
timeline-nearer = Plus près
timeline-farther = Plus large
timeline-earlier = Plus tôt
timeline-later = Plus tard
timeline-all = Toutes les années
timeline-keys = Sur une date, les flèches mènent aux autres.
map-title = Où sont les adresses
map-picture = Carte des districts ; ceux qui ont une adresse sont colorés et numérotés comme dans le tableau
map-caption = Les districts seulement, dans la mesure où cette finalité les donne
map-number = N°
map-district = District
map-missing = La carte ne peut pas être dessinée.
relations-title = Ce qui se tient
relations-what = La personne, ses enregistrements, et les adresses et employeurs qu’ils donnent.
relations-picture = La personne au milieu, ses enregistrements autour, et ce qu’ils nomment
relations-table = L’image en tableau
relations-record = Enregistrement
relations-no-link = aucun lien à portée
relations-names = Ce qu’il nomme, et quels autres le nomment
relations-also = aussi { $records }
relations-caption = Adresses et employeurs
relations-place = Adresse ou employeur
relations-kind = Nature
relations-next = Ménage
relations-search = Chercher cette adresse
relations-search-what = Le ménage d’une adresse, ce sont d’autres personnes : les voir est une recherche sous votre finalité, qui a sa propre entrée au journal, qu’elles voient.
relations-household = Ménage : chercher cette adresse
relations-records = { $register } ({ $n })
relations-least = au moins { $percent }
relations-more = { $count ->
    [one] un autre, au tableau
   *[other] { $n } autres, au tableau
 }
relations-all = Revenir à l’ensemble
relations-before = Enregistrements précédents
relations-after = Enregistrements suivants
relations-part = Enregistrements { $first } à { $last } sur { $all }
relations-person = La personne
relations-unreached = Le serveur n’a pas pu être joint : cette image ne peut pas être déplacée.
thing-record = Enregistrement :
thing-records = Enregistrements :
thing-others = Adresses et employeurs :
thing-address = Adresse
thing-employer = Employeur
earlier-title = Qui a consulté avant
earlier-what = Les dernières fois que votre propre agence a ouvert cette personne. Ce que d’autres agences ont ouvert, seule la personne l’apprend.
