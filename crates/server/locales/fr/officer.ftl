# Recherche.
search-title = Rechercher une personne
search-hint = Indiquez ce que vous savez. Les noms peuvent être dans n’importe quel ordre et comporter de petites fautes. Toute personne qui vous est montrée verra que vous avez fait cette recherche.
search-first-purpose = Indiquez d’abord pourquoi vous consultez : finalité, dossier et motif.
search-nothing-asked = Remplissez au moins un champ.
search-name = Nom
search-name-hint = Prénom et nom, dans n’importe quel ordre
search-birth-date = Date de naissance
search-birth-date-hint = Par exemple 12/03/1984 ou 1984-03-12 ; 03/1984 ou 1984 si vous n’en savez pas plus
search-birth-date-unread = La date de naissance est illisible. Écrivez le jour, le mois et l’année, par exemple 12/03/1984 ; le mois et l’année, par exemple 03/1984 ; ou l’année en quatre chiffres.
search-no-such-day = Ce jour n’existe pas. Corrigez-le, ou donnez seulement le mois et l’année, par exemple 03/1984.
search-identifier = Numéro
search-identifier-hint = Numéro national, fiscal ou de passeport
search-address = Adresse
search-address-hint = Numéro, rue, commune ou code postal
search-contact = Téléphone ou courriel
search-do = Rechercher
search-compared = Cette finalité permet de comparer : { $parts }.
search-off = Cette finalité ne permet pas de rechercher selon ce champ.
search-alone = Ce champ est comparé en entier et seul : à côté d’autres champs, il n’est pas utilisé. Chaque recherche par ce champ compte comme une personne du jour, que quelqu’un soit trouvé ou non.
search-nothing-compared = Aucune recherche n’a été faite : cette finalité ne permet pas de comparer ce que vous avez rempli. Remplissez l’un des autres champs.
search-birth-wide = Aucune recherche n’a été faite : beaucoup de personnes sont nées le même mois ou la même année. Remplissez aussi un autre champ, ou la date de naissance entière.
search-kept = Voici votre dernière recherche. Personne n’est montré tant que vous ne la relancez pas, ce qui ajoute une entrée au journal.
search-not-kept = La recherche précédente n’est plus conservée : indiquez de nouveau qui vous cherchez.

# Résultats.
results-title = Personnes trouvées
results-count = { $count ->
    [0] Personne n’a été trouvé
    [one] Une personne a été trouvée
   *[other] { $n } personnes ont été trouvées
 }
results-best = { $count ->
    [one] La personne la plus ressemblante est montrée ; il y en a d’autres
   *[other] Les { $n } personnes les plus ressemblantes sont montrées ; il y en a d’autres
 }
results-nobody-else = Personne d’autre n’y a été trouvé
results-nobody-else-what = La seule personne trouvée est celle du dossier d’où vous venez.
results-logged-nobody = Cette recherche est l’entrée { $entry } du journal.
results-logged = Cette recherche est l’entrée { $entry } du journal. Chaque personne montrée ici peut la voir.
results-not-used = Non utilisé, car la finalité ne permet pas de le comparer, ou pas à côté d’autres champs : { $parts }.
results-none = Aucune personne ne correspond dans les registres accessibles pour cette finalité. Essayez moins de champs, ou une autre graphie.
results-none-whole = Personne, dans les registres à la portée de cette finalité, n’a exactement cette valeur. Elle a été comparée en entier : un seul chiffre ou une seule lettre de travers, et personne n’est trouvé. Vérifiez-la, ou cherchez par nom et date de naissance.
results-caption = Personnes trouvées, la plus ressemblante d’abord
results-person = Personne
results-details = Pour les distinguer
results-why = Ce qui correspond
results-registers = Figure dans
results-nameless = Nom non communiqué
results-nothing-more = Rien de plus au titre de cette finalité.
results-more = Ajoutez ce que vous savez pour restreindre la recherche.
results-again = Nouvelle recherche
matched-same = { $part } : identique
matched-similar = { $part } : semblable
results-employer = Qui travaille chez :
matched-last-name = Nom de famille : identique
matched-part-name = Une partie du nom : identique
matched-part-birth-date = Date de naissance : identique pour ce qui est indiqué

# Le dossier.
person-title = Personne
person-nameless = Une personne
person-also = Aussi :
person-name-differs = les enregistrements diffèrent sur le nom
person-name-most = Le nom figure ici tel que la plupart des enregistrements l’écrivent.
person-name-where = Qui dit quoi
person-name-written = Comment les autres l’écrivent
person-logged = Réponse composée le { $when } ; entrée { $entry } du journal.
person-kept-nowhere = Elle n’est conservée nulle part.
person-pseudonym = Votre administration connaît cette personne sous le pseudonyme
person-empty = Les registres accessibles pour cette finalité ne contiennent rien sur cette personne.
person-search-again = Rechercher une autre personne
person-back = Retour aux résultats
person-back-what = Relance la recherche, ce qui ajoute une entrée au journal, que toute personne montrée peut voir.
person-registers = { $count ->
    [one] registre
   *[other] registres
 }
person-records = { $count ->
    [one] enregistrement
   *[other] enregistrements
 }
person-given = { $count ->
    [one] valeur communiquée
   *[other] valeurs communiquées
 }
person-masked = { $count ->
    [one] valeur communiquée en partie
   *[other] valeurs communiquées en partie
 }
person-withheld = { $count ->
    [one] colonne non communiquée
   *[other] colonnes non communiquées
 }
person-weakest = lien le moins certain
answers-title = Ce que cette finalité demande, et les réponses
answers-answer = Réponse
identity-title = Qui est cette personne, d’après les registres
identity-title-own = Qui vous êtes, d’après les registres
identity-caption = Lorsque des registres se contredisent, leurs valeurs sont montrées côte à côte ; aucune n’est préférée. Ce qui diffère est accompagné du dernier jour que l’enregistrement indique lui-même, ou, à défaut, du jour de son chargement. Hormis le nom, la naissance et les numéros, ne figure ici que ce qui diffère, et ce qui, communiqué en partie, concorde dans cette mesure.
identity-what = Donnée
identity-value = Valeur
identity-registers = Registres
identity-differs = les registres diffèrent
identity-records-differ = les enregistrements diffèrent
identity-agrees-given = concordent dans la mesure communiquée
identity-differs-given = diffèrent dans ce qui est communiqué
identity-dated = { $what } : { $when }
identity-read-in = chargé le { $when }
identity-held = { $register } ({ $when })
identity-more = { $count ->
    [one] Une autre valeur, dans les enregistrements ci-dessous
   *[other] { $n } autres valeurs, dans les enregistrements ci-dessous
 }
sections-label = Registres de cette page
section-bought = Acheté : { $seller }
record-of = Enregistrement { $number } sur { $total }
record-what = Donnée
record-value = Valeur
record-class = Classe
special-short = catégorie particulière
special-category = catégorie particulière : { $category }
source-row = Source
source-row-number = enregistrement { $number } du fichier, compté à partir de 1
source-line = { $file }, ligne { $number }
source-fresh = Chargé le
source-run = Exécution
link-title = Le lien
link-alone-short = Source ; aucun lien accessible
link-alone = Aucun enregistrement accessible pour cette finalité ne le rattache à la personne. Il peut être isolé, ou rattaché par un enregistrement auquel cette finalité ne donne pas accès.
link-alone-own = Aucun enregistrement que montre cette page ne vous le rattache. Il peut être isolé, ou rattaché par un enregistrement qui n’est pas montré ici.
link-reached-short = Source ; d’autres y sont rattachés
link-reached = D’autres enregistrements de cette page sont rattachés à celui-ci.
link-reached-own = D’autres enregistrements qui vous concernent sont rattachés à celui-ci.
link-sure = Source ; certitude du lien : { $percent }
link-says = Certitude que l’enregistrement concerne cette personne : { $percent } (poids d’appariement { $weight }).
link-says-own = Certitude que l’enregistrement vous concerne : { $percent }.
link-via = Il concorde le plus avec un enregistrement du registre « { $register } ».
link-judged = Un responsable de la qualité des données a jugé que les deux enregistrements sont d’une même personne : c’est pourquoi ils sont réunis, quel que soit le pourcentage.
link-judged-short = Source ; lien jugé par un responsable
weights-caption = Le poids de chaque comparaison, en bits : positif pour une même personne, négatif contre. Chaque barre commence où finit la précédente, et la dernière est le total. N’y entre que ce que vous pouvez voir des deux enregistrements.
weights-plain = Ce qui a été comparé, et dans quelle mesure cela indique que cet enregistrement vous concerne. La dernière ligne est le tout réuni. N’y figure que ce que vous pouvez voir des deux enregistrements.
weights-strength = Ce que cela indique
weights-experts = Un nombre positif va dans ce sens, un nombre négatif en sens contraire, et plus il est grand, plus l’indice est fort : 1 double les chances. Chaque barre commence où finit la précédente ; la dernière ligne est le tout réuni.
experts-weights = Pour les spécialistes : les nombres
comparison-swapped = Ordre : { $columns }
weights-field = Comparé
weights-says = Constat
weights-weight = Poids
weights-sum = Total cumulé
weights-picture = Le poids en barre, du total précédent au suivant
withheld-count = { $count ->
    [one] Une colonne n’est pas communiquée : pourquoi, et comment la demander
   *[other] { $n } colonnes ne sont pas communiquées : pourquoi, et comment les demander
 }
reduced-count = { $count ->
    [one] Une colonne n’est communiquée qu’en partie : pourquoi, et comment la demander
   *[other] { $n } colonnes ne sont communiquées qu’en partie : pourquoi, et comment les demander
 }
reduced-caption = Colonnes communiquées en partie
reduced-why = Pourquoi en partie seulement
reduced-says = De la classe « { $class } », la finalité « { $purpose } » communique ceci : { $how }.
reduced-says-own = Cette page en communique ceci : { $how }.
reduced-needed = Une finalité qui communique en entier la classe « { $class } ».
withheld-caption = Colonnes non communiquées
withheld-why = Pourquoi elle n’est pas communiquée
withheld-needed = Ce qu’il faudrait
ask-contact = { $agency } ({ $contact })
ask-purpose = « { $says } » ({ $purpose })
ask-holder = Pour en demander davantage, écrivez à : { $contacts }. Citez la finalité { $purpose } et la règle qui figure à côté de la colonne.
ask-own-above = Votre délégué à la protection des données, joignable par votre propre administration à l’adresse ci-dessus, peut indiquer la finalité ou l’accord que votre tâche demande.
ask-oneself = Pour demander davantage de ce que l’on détient sur vous, écrivez à : { $contact }.
ask-own = Votre délégué à la protection des données, joignable par votre propre administration, peut indiquer la finalité ou l’accord que votre tâche demande : { $contact }.
one-in = 1 sur { $many }
many-millions = { $n } millions
many-billions = { $n } milliards
step-against = Ce que les autres enregistrements des deux personnes disent contre, là où cette paire n’a pas de valeur.
step-against-name = Autres enregistrements
step-one-record = Un registre qui a un enregistrement par personne en aurait plusieurs de celle-ci.
step-one-record-name = Un enregistrement par personne
step-beyond = Ce qui est connu des deux personnes au-delà de cette paire.
step-beyond-name = Au-delà de cette paire
step-exchanged = Ce nom figure à la place d’un autre, et il y est compté.
step-household = Les personnes d’un même ménage partagent noms et adresses : ces concordances comptent moins.
plain-household = Les personnes d’un même ménage partagent noms et adresses. Ces concordances disent donc peu ici, et sont déduites : ce n’est pas un indice contre vous.
step-household-name = Même ménage
step-prior = Avant toute comparaison : deux enregistrements pris au hasard ne concernent presque jamais la même personne.
step-prior-name = Au départ
step-rest-name = Autres champs
step-rest = Comparaison de champs que cette finalité ne communique pas pour les deux enregistrements. Seul leur total est indiqué.
plain-rest = Comparaison de champs que cette page ne montre pas pour les deux enregistrements. Seul le tout est indiqué.
step-judged = Un responsable de la qualité des données a jugé qu’il s’agit d’une même personne : c’est cela qui décide, et non cette somme.
step-whole-name = Le tout
step-whole = Certitude que les deux concernent une même personne : { $percent }.
plain-whole = Certitude que l’enregistrement vous concerne : { $percent }.
plain-in-order = Les deux ont ces noms dans le même ordre.
plain-rare = Peu de personnes ont cette valeur.
plain-frequent = De nombreuses personnes ont cette valeur.
strength-none = presque rien
strength-little-for = faible indice pour
strength-little-against = faible indice contre
strength-for = indice pour
strength-against = indice contre
strength-much-for = fort indice pour
strength-much-against = fort indice contre
step-missing = Absent d’un côté : on ne peut rien en conclure.
step-found = { $level } Fréquence de ce cas : { $m } pour les paires d’une même personne, { $u } pour les paires de personnes sans lien.
step-rare = La valeur est plus rare que la plupart. Part des enregistrements qui la portent : { $share }.
step-frequent = La valeur est plus fréquente que la plupart. Part des enregistrements qui la portent : { $share }.
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
level-near-but-both-valid = proches, et les deux clés de contrôle sont justes
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
picture-no-island = Cette version a été construite sans Node : l’image reste fixe.
timeline-title = Au fil du temps
timeline-picture = Dates des enregistrements, une ligne par registre
timeline-table = Les dates sous forme de tableau
timeline-when = Date
timeline-what = Événement
timeline-where = Registre
timeline-nearer = Agrandir
timeline-farther = Réduire
timeline-earlier = Plus tôt
timeline-later = Plus tard
timeline-all = Toutes les années
timeline-keys = Sur une date, les touches fléchées mènent aux autres.
map-title = Où sont les adresses
map-picture = Carte des districts ; ceux qui ont une adresse sont colorés et numérotés comme dans le tableau
map-caption = Les districts où se trouvent les adresses
map-caption-only = Les districts où se trouvent les adresses : cette finalité n’en communique pas davantage
map-caption-own = Les districts seulement
map-number = Numéro sur la carte
map-district = District
map-missing = La carte ne peut pas être dessinée ; les districts figurent avec les enregistrements ci-dessous. L’exploitant trouve pourquoi dans le journal technique du serveur.
relations-title = Ce qui est relié
relations-what = La personne, ses enregistrements, et les adresses et employeurs qu’ils indiquent.
relations-what-own = Vous, vos enregistrements, et les adresses et employeurs qu’ils indiquent.
relations-picture = La personne au milieu, ses enregistrements autour, et ce qu’ils mentionnent
relations-legend = Grand point : une personne. Petit point : un enregistrement, avec un anneau s’il en représente plusieurs. Carré : une adresse ou un employeur, ou ceux qui y ont été trouvés.
relations-table = Sous forme de tableau : chaque enregistrement et ce qu’il mentionne
relations-record = Enregistrement
relations-no-link = aucun lien accessible
relations-reached = d’autres y sont rattachés
relations-names = Ce qu’il mentionne, et quels autres le mentionnent
relations-also = aussi : { $records }
relations-caption = Adresses et employeurs
relations-place = Adresse ou employeur
relations-kind = Nature
relations-next = Qui d’autre s’y trouve
relations-search = Rechercher cette adresse
relations-search-employer = Rechercher cet employeur
relations-search-what = Ceux qui sont à une adresse ou chez un employeur sont d’autres personnes : les voir est une recherche au titre de votre finalité, avec sa propre entrée au journal, que ces personnes verront.
relations-employer-closed = Ne s’ouvre pas : liste de tous ceux qui y travaillent
relations-employer-why = Un employeur ne s’ouvre pas. Tous ceux qui y travaillent formeraient une liste de personnes que votre dossier ne concerne pas, et votre finalité n’en communique aucune. Si un dossier l’exige, un collègue se trouve en recherchant cette personne.
relations-employer-opens = { $count ->
    [one] Un employeur s’ouvre si une personne au plus y travaille. Au-delà, personne n’est montré, et le refus est au journal.
   *[other] Un employeur s’ouvre si { $n } personnes au plus y travaillent. Au-delà, personne n’est montré, et le refus est au journal.
 }
relations-address-closed = Ne s’ouvre pas : aucune adresse complète à rechercher
relations-household = Qui d’autre est ici ? Chaque personne montrée le voit
relations-colleagues = Qui d’autre travaille ici ? Chaque personne montrée le voit
relations-records = { $register } ({ $n })
relations-least = dès { $percent }
relations-more = { $count ->
    [one] un autre, dans le tableau
   *[other] { $n } autres, dans le tableau
 }
relations-all = Revenir à l’ensemble
relations-before = Enregistrements précédents
relations-after = Enregistrements suivants
relations-part = Enregistrements { $first } à { $last } sur { $all }
relations-person = La personne
relations-unreached = Le serveur n’a pas pu être joint : cette image ne peut pas être déplacée.
household-who = Qui d’autre est à l’adresse
household-count = { $count ->
    [0] Personne d’autre n’a été trouvé à cette adresse
    [one] Une autre personne a été trouvée à cette adresse
   *[other] { $n } autres personnes ont été trouvées à cette adresse
 }
household-count-more = { $count ->
    [one] Au moins une autre personne a été trouvée à cette adresse
   *[other] Au moins { $n } autres personnes ont été trouvées à cette adresse
 }
household-not-looked-for = Personne n’a été recherché à cette adresse
household-node = { $count ->
    [0] Personne d’autre
   *[other] Ménage ({ $n })
 }
household-node-more = Ménage (au moins { $n })
household-node-not-looked-for = Non recherché
household-with = La personne de ce dossier a été trouvée aussi, et n’est pas répétée ici.
household-alike = { $count ->
    [one] Une personne à une adresse semblable
   *[other] { $n } personnes à des adresses semblables
 }
household-alike-what = Une adresse semblable peut être celle de la maison voisine, ou la même écrite autrement. Les personnes de cette liste vous ont été montrées aussi.
household-more = Il y a plus de personnes à des adresses semblables qu’une recherche n’en montre. Ajoutez ce que vous savez pour restreindre la recherche.
household-more-here = Une recherche n’en montre pas davantage, et d’autres personnes peuvent être à cette adresse. Ajoutez ce que vous savez pour restreindre la recherche.
household-search = Ouvrir la recherche avec cette adresse
household-close = Refermer le ménage
household-unreached = Aucune réponse n’est venue. Si la question a atteint le serveur, la recherche est au journal.
colleagues-who = Qui d’autre travaille chez
colleagues-count = { $count ->
    [0] Aucune autre personne n’a été trouvée qui y travaille
    [one] Une autre personne a été trouvée qui y travaille
   *[other] { $n } autres personnes ont été trouvées qui y travaillent
 }
colleagues-node = { $count ->
    [0] Personne d’autre
   *[other] Collègues ({ $n })
 }
colleagues-not-looked-for = Personne n’a été recherché chez cet employeur
colleagues-close = Refermer les collègues
thing-record = Enregistrement :
thing-records = Enregistrements :
thing-others = Adresses et employeurs :
thing-address = Adresse
thing-employer = Employeur
earlier-title = Consultations précédentes
earlier-none = Personne de votre administration pour l’instant.
earlier-what = Les dernières fois que votre propre administration a consulté les données de cette personne. Les consultations d’autres administrations ne sont montrées qu’à la personne elle-même.
