# Classes de ce qu’une colonne dit d’une personne.
class-identifier = Identifiants
class-identity = Nom et naissance
class-address = Adresse
class-contact = Contact
class-family = Famille
class-employment = Emploi
class-income = Revenus
class-tax = Impôts
class-loan = Prêt étudiant
class-benefit = Prestations
class-migration = Titre de séjour
class-travel = Voyages
class-form = Formulaires envoyés
class-commercial = Profil acheté
class-administrative = Gestion
class-firearm = Armes
class-donation = Dons politiques
class-politics = Activité politique
class-biometric = Biométrie
class-health = Santé
class-religion = Religion
special-politics = politique
special-religion = religion
special-health = santé
special-biometrics = biométrie
special-firearms = armes

# La part d’une valeur qui est donnée.
how-value = en entier
how-yes-no = oui ou non seulement (inférieur à { $bound })
how-district = district seulement
how-coarse = année ou première lettre seulement
how-last = { $count ->
    [one] dernier caractère seulement
   *[other] { $n } derniers caractères seulement
 }
how-last-match = { $count ->
    [one] dernier caractère seulement ; comparé en entier dans les recherches
   *[other] { $n } derniers caractères seulement ; comparé en entier dans les recherches
 }
how-presence = présence ou absence seulement
how-match-only = pour comparer dans les recherches, sans rien montrer
how-withheld = pas du tout
masked-yes-no = Réponse seulement : est-ce inférieur à { $bound } ?
masked-last = Seule la fin est donnée.
masked-district = Seul le district est donné.
masked-coarse = Seule l’année ou la première lettre est donnée.
masked-presence = Seule l’existence d’une valeur est donnée.
value-held = présent
value-not-held = absent
value-yes = oui
value-no = non
value-code = Code dans le registre : { $code }
value-none = sans valeur
value-below = inférieur à { $bound } : { $answer }

# Parties d’une recherche.
part-name = Nom
part-birth-date = Date de naissance
part-identifier = Numéro
part-contact = Téléphone ou courriel
part-address = Adresse
part-employer = Employeur

# Colonnes des fiches de personnes, telles qu’elles sont comparées.
field-first-name = Prénom
field-middle-name = Deuxième prénom
field-last-name = Nom
field-birth-date = Date de naissance
field-birth-name = Nom de naissance
field-birth-year = Année de naissance
field-birth-place = Lieu de naissance
field-born = Date de naissance, même incomplète
field-sex = Sexe
field-national-id = Numéro national
field-tax-number = Numéro fiscal
field-passport-number = Numéro de passeport
field-house-number = Numéro de voie
field-street = Rue
field-city = Commune
field-postcode = Code postal
field-district = District
field-phone = Téléphone
field-email = Courriel

# Codes du sexe dans les fiches de personnes.
sex-F = féminin
sex-M = masculin

# Natures des entrées du journal.
kind-look = Données consultées
kind-search = Recherche
kind-review = Lien montré
kind-own = Propres données consultées
kind-job = Exécution d’un traitement
kind-ingest = Registre chargé
kind-judgement = Lien jugé
kind-contest = Enregistrement contesté
kind-oversight = Agents nommés
kind-refusal = Refus
refused-to-look = de consulter les données d’une personne
refused-to-search = de rechercher
refused-to-review = de montrer un lien
refused-to-own = de consulter ses propres données
refused-to-job = d’exécuter un traitement
refused-to-ingest = de charger un registre
refused-to-judgement = de juger un lien
refused-to-contest = de contester un enregistrement
refused-to-oversight = de nommer les agents
by-citizen = Une personne, pour ses propres données
by-system = Le système
by-unknown = Un rôle inconnu
job-build = Construire les modèles
job-link = Relier les enregistrements
job-index = Construire l’index
subject-one-person = une personne à la fois
subject-self = la personne qui demande
subject-link-review = deux enregistrements d’un lien incertain
subject-run = un traitement du système, dont rien n’est montré
standing-in-force = en vigueur
standing-not-yet = pas encore en vigueur
standing-expired = n’est plus en vigueur
namespace-registers = registre
namespace-quarantine = quarantaine
namespace-models = modèle
namespace-spine = épine dorsale
