# Le journal.
log-title = Le journal
log-size = { $count ->
    [0] Le journal n’a pas encore d’entrée.
    [one] Une entrée. Elle ne contient aucune donnée personnelle.
   *[other] { $n } entrées, numérotées à partir de 0, les dernières d’abord. Elles ne contiennent aucune donnée personnelle.
 }
log-matching = Entrées retenues : { $found } sur { $all }, les dernières d’abord.
log-filters = Filtrer le journal
log-from = Premier jour (UTC)
log-until = Dernier jour (UTC)
log-role = Rôle
log-rule = Motif du refus
log-kind = Nature
log-purpose = Finalité
log-agency = Administration
log-all = Toutes
log-any = Tous
log-any-rule = Indifférente
log-filter = Filtrer
log-unfilter = Tout afficher
log-empty = Aucune entrée ne correspond.
log-empty-before = Aucune entrée antérieure ne correspond.
log-entry = Entrée
recipient = { $agency } : { $role }
log-at = Date
log-by = Qui
log-subjects = Personnes
log-about = Objet
log-newest = Dernières entrées
log-older = Entrées antérieures
verify-what = Chaque entrée, chaque empreinte et la signature sont recalculées.
verify-more = Comparer à un point de contrôle, ou en enregistrer un
verify-saved = Un point de contrôle que vous avez enregistré (facultatif)
verify-saved-hint = Avec lui, la vérification prouve aussi que le journal n’a fait que croître depuis. Collez le texte entier, avec sa signature.
verify-kept = Ce navigateur a conservé le point de contrôle de la dernière vérification réussie : le journal y est comparé.
verify-alone = Vérifier le journal seul
verify-do = Vérifier tout le journal
checkpoint-title = Point de contrôle signé
checkpoint-what = Il fixe chaque entrée jusqu’à présent. Enregistrez-le hors de ce serveur : personne ne peut alors modifier le passé sans que cela se voie.
checkpoint-file = Enregistrer dans un fichier
checkpoint-copy = Copier
checkpoint-copied = Copié
checkpoint-kept = Ce navigateur conserve ce point de contrôle et lui comparera la prochaine vérification. Ce n’est pas votre copie : enregistrez-en aussi une ailleurs.
verified-title = Vérification du journal
verified-holds = Le journal est intact
verified-broken = Le journal n’est pas intact
verified-entries = { $count ->
    [one] Une entrée a été recalculée, et la racine est celle du point de contrôle signé.
   *[other] { $n } entrées ont été recalculées, et la racine est celle du point de contrôle signé.
 }
verified-grew = Depuis le point de contrôle que vous aviez enregistré, il n’a fait que croître.
verified-not-compared = Il n’a pas été comparé à un point de contrôle antérieur. Enregistrez celui qui figure ci-dessous pour le faire la prochaine fois.
verified-do-not-trust = Ce qui est recalculé diffère de ce qui a été signé. Conservez une copie du répertoire des données et prévenez l’exploitant.
verified-took = Durée
verified-root = Racine
verified-back = Retour au journal
entry-title = Entrée { $entry }
entry-kind-asked = { $kind } : { $asked }
entry-registers = Registres accessibles
entry-refused-by = Refusée par
entry-rows = Lignes chargées
entry-quarantined = Lignes en quarantaine
entry-tables = Tables lues
entry-classes = Comment chaque classe a été communiquée
entry-proof = Preuve qu’elle figure au journal
entry-proof-what = Calculez l’empreinte des octets ci-dessous avec le préfixe 0x00 (RFC 6962), puis avec les empreintes jusqu’à la racine : le résultat est la racine du point de contrôle.
entry-leaf = Empreinte de l’entrée
entry-commitment = Engagement sur le détail
entry-path = Empreintes du chemin
entry-path-empty = aucune : le journal n’a qu’une entrée
entry-bytes = L’entrée, octet par octet
entry-back = Retour à la liste

# Graphiques.
chart-says = { $title } par jour : au plus { $most }, le { $day }. Le tableau ci-dessous donne chaque jour.
chart-says-none = { $title } par jour : rien.
chart-day = { $day } : { $n }
chart-total = { $n } en { $days } jours
chart-caption = Chaque rangée a sa propre échelle. Les jours sont ceux du temps universel (UTC) ; la journée en cours n’est pas terminée.
chart-table = La même chose en tableau
chart-bar = En barre
chart-rest = { $count ->
    [one] Une autre ligne, moins fréquente, n’est pas montrée.
   *[other] { $n } autres lignes, moins fréquentes, ne sont pas montrées.
 }

# La vue d’ensemble du délégué à la protection des données.
desk-title = Vue d’ensemble
desk-what = L’usage qui est fait des registres, ce qui a été refusé, et les règles qui prennent bientôt fin. Tout, sauf les agents les plus actifs, est compté à partir du journal, qui ne contient aucune donnée personnelle. Les agents sont comptés à part, sans leurs noms ; nommer les plus actifs demande un motif, et est inscrit au journal.
desk-soon = { $count ->
    [one] Un accord ou une finalité prend bientôt fin. Passé le dernier jour, plus rien n’est permis à ce titre.
   *[other] { $n } accords et finalités prennent bientôt fin. Passé leur dernier jour, ils ne permettent plus rien.
 }
desk-quality = Ce que vaut l’appariement
desk-soon-show = Les afficher
desk-days-title = Les 30 derniers jours
desk-days-what = Sont comptés comme consultations : l’accès aux données d’une personne, l’affichage d’un lien incertain et la lecture de ses propres données. Les exécutions et les jugements figurent au journal, pas dans ce graphique.
desk-day = Jour
desk-looks = Consultations
desk-searches = Recherches
desk-refusals = Refus
desk-looks-and-searches = Consultations et recherches
desk-refusals-title = Refus
desk-refused-so-far = { $count ->
    [0] Rien n’a été refusé à ce jour.
    [one] Une demande a été refusée à ce jour.
   *[other] { $n } demandes ont été refusées à ce jour.
 }
desk-refusals-show = Les lire dans le journal
desk-rules-caption = Les règles qui ont le plus refusé, sur tout le journal. Un refus peut en nommer plusieurs.
desk-purposes-title = Finalités les plus utilisées
desk-purposes-caption = Sur tout le journal, la plus utilisée d’abord
desk-no-purpose = Finalité inexistante
desk-no-use = Personne n’a encore rien demandé.
desk-roles-title = Rôles les plus actifs
desk-roles-caption = Sur tout le journal, le plus actif d’abord
desk-roles-what = Le journal nomme les administrations et les rôles, jamais les agents : qui était derrière une entrée se trouve dans son détail, qui est chiffré, gardé à part et peut être effacé.
desk-officers-title = Agents les plus actifs
desk-officers-what = Consultations, recherches et refus, compte par compte : ceux des agents et de toute autre personne qui travaille pour une administration, jamais ceux des citoyens. Ni le journal ni ces nombres ne nomment de compte ; pour connaître les noms, le détail scellé d’une seule demande de chaque compte montré ici est ouvert. Sans les noms, l’administration n’est indiquée que si au moins deux des comptes montrés ici en relèvent.
desk-officers-no-rating = Ces nombres disent combien de demandes ont été faites, non si elles étaient justes ou utiles : ils ne notent personne.
desk-officers-caption = Sur les 30 derniers jours, le plus actif d’abord
desk-officers-who = Agent
desk-officers-reason = Pourquoi ces noms vous sont nécessaires
desk-officers-reason-hint = En 10 à 2 000 caractères. Le motif est conservé avec l’entrée, scellé.
desk-officers-name = Les nommer : c’est une entrée du journal
desk-officers-logged = La lecture de leurs noms est elle-même l’entrée { $entry } du journal.
desk-officers-none = Aucun agent n’a fait de demande au cours des 30 derniers jours.
desk-officers-none-since = Aucun agent n’a fait de demande depuis le { $day }.
desk-officers-since = Les agents sont comptés depuis le { $day } : ce qu’ils ont demandé auparavant figure au journal, non dans ces nombres.
desk-officers-failed = Personne n’est nommé pour l’instant : les nombres n’ont pas pu être lus, ou leur lecture n’a pas pu être inscrite au journal. Le reste de cette page n’en est pas affecté.
desk-officers-unread = Certains noms n’ont pas pu être lus. Leur lecture est inscrite au journal malgré tout.
desk-officers-others = { $count ->
    [one] Un autre agent
   *[other] { $n } autres agents ensemble
 }
desk-officer = { $account } ({ $by })
desk-officer-rank = Agent { $n }
desk-officer-rank-of = Agent { $n }, { $agency }
desk-officer-unknown = Un compte qui n’est plus connu
desk-officer-unread = Un compte sans nom pour l’instant
desk-terms-title = Accords et finalités
desk-ends-within = { $count ->
    [one] Prend fin d’ici demain
   *[other] Prend fin dans les { $n } jours
 }
desk-nothing-ends = Rien ne prend fin.
desk-lasting = { $count ->
    [one] Un autre reste en vigueur plus longtemps
   *[other] { $n } restent en vigueur plus longtemps
 }
desk-idle = Pas en vigueur
desk-term = Objet
desk-standing = Aujourd’hui
desk-from = Premier jour
desk-until = Dernier jour
desk-by-agreement = à la fin de son accord
desk-ends-today = prend fin aujourd’hui
desk-ends-in = { $count ->
    [one] prend fin demain
   *[other] prend fin dans { $n } jours
 }
desk-unreached = { $count ->
    [one] Personne ne peut juger un lien contesté.
   *[other] Personne ne peut juger { $n } liens contestés.
 }
desk-unreached-show = Voir quels registres sont concernés
desk-unreached-title = Contesté, et nul ne peut en juger
desk-unreached-what = Des personnes contestent que ces enregistrements soient les leurs, et aucune finalité d’examen des liens en vigueur ne donne accès aux deux registres. Les enregistrements restent tels quels jusqu’à ce qu’une finalité et son accord les couvrent.
desk-unreached-count = Liens contestés
desk-unreached-since = Le plus ancien depuis
desk-fixed-title = Dernier point de contrôle
desk-fixed-size = Entrées qu’il fixe
desk-fixed-at = La dernière d’entre elles est du
desk-fixed-none = Il n’en fixe encore aucune.
desk-size = Entrées au journal à présent

# La citoyenne ou le citoyen.
looks-title = Qui a consulté mes données
looks-what = Chaque recherche où vous figuriez dans les résultats, chaque consultation de vos enregistrements, et chaque demande refusée. La liste est complète, et vous pouvez le vérifier.
looks-logged = La lecture de cette liste est elle-même l’entrée { $entry } du journal. Elle n’est visible ici que de vous.
looks-utc = Les heures sont en temps universel (UTC), le même partout. À côté de chacune figure l’heure locale, si votre navigateur exécute les scripts et qu’elle est différente.
looks-none = Personne n’a encore consulté vos données.
looks-none-else = Personne d’autre n’a encore consulté vos données.
look-look = { $agency } : vos enregistrements ont été consultés
look-search = { $agency } : vous étiez parmi les personnes montrées dans une recherche
look-search-alone = { $agency } : vous étiez le seul résultat montré dans une recherche
look-review = { $agency } : deux enregistrements, qui sont peut-être tous deux les vôtres, ont été comparés
look-judgement = { $agency } : il a été décidé si deux enregistrements sont tous deux les vôtres
look-own = { $agency } : vos enregistrements ont été lus en votre nom
look-job = { $agency } : un traitement a été exécuté sur vos enregistrements
look-ingest = { $agency } : vos enregistrements ont été chargés
look-contest = { $agency } : un enregistrement a été contesté en votre nom
look-oversight = { $agency } : il a été lu qui demande le plus
look-refused-look = { $agency } : demande de consulter vos enregistrements, refusée
look-refused-search = { $agency } : demande de vous rechercher, refusée
look-refused-review = { $agency } : demande de comparer vos enregistrements, refusée
look-refused-judgement = { $agency } : demande de juger vos enregistrements, refusée
look-refused-own = { $agency } : demande de lire en votre nom, refusée
look-refused-job = { $agency } : demande d’exécuter un traitement sur vos enregistrements, refusée
look-refused-ingest = { $agency } : demande de charger vos enregistrements, refusée
look-refused-contest = { $agency } : demande de contester un enregistrement en votre nom, refusée
look-refused-oversight = { $agency } : demande de lire qui demande le plus, refusée
look-yourself = { $count ->
    [one] Vous avez lu ce qui vous concerne
   *[other] Vous avez lu { $n } fois ce qui vous concerne
 }
look-times = { $count ->
    [one] Une fois ce jour-là
   *[other] { $n } fois ce jour-là
 }
look-others = { $count ->
    [one] Une autre, avec son reçu
   *[other] { $n } autres, chacune avec son reçu
 }
look-receipts = Reçus
look-purpose = « { $says } »
look-role = Qui
look-law = Base légale
look-why = Motif donné
look-done = Ce qui a été fait
done-pair = Deux enregistrements d’un lien incertain ont été comparés
done-progress = L’avancement de l’examen des liens a été consulté
done-withdrawal = Un jugement a été consulté en vue de son retrait
done-taken-back = Un jugement a été retiré : entrée { $entry } du journal
look-case = Dossier
look-case-named = Un dossier a été indiqué ; son numéro reste connu de la seule administration.
look-refused = Pourquoi elle a été refusée
look-refused-policy = Une règle de ce projet, nommée « { $policy } », ne le permet pas.
look-registers = Registres
look-fields = Quelles natures de données, et dans quelle mesure
look-fields-rest = Tout le reste n’a pas été communiqué.
look-found = Ce que la liste des résultats pouvait montrer de vous
look-found-rest = Rien de plus n’a été montré de vous, en une ligne d’une liste. L’auteur de la recherche pouvait ensuite ouvrir vos enregistrements : ce serait une entrée distincte de cette liste.
look-entry-names-more = L’entrée du journal nomme toutes les natures de données que la finalité communique, comme le faisaient alors les entrées des recherches. De celles-ci, il n’a été montré de vous, au plus, que ce qu’une ligne de résultats en comporte.
look-columns = Les colonnes des registres dont il s’agit
look-columns-what = Telles que les registres les ont aujourd’hui.
look-receipt = Reçu : entrée { $entry } du journal
receipt-what = Le journal conserve cette entrée pour toujours, et nul ne peut modifier sans que cela se voie ce qu’elle dit de cette consultation. Vous pouvez le vérifier ici, ou le faire vérifier.
receipt-experts = Les textes ci-dessous sont ceux sur lesquels l’entrée s’est engagée ; ceux qui concernent d’autres personnes restent fermés. Avec leurs sels, leur condensat est l’engagement de l’entrée.
experts-check = Pour les spécialistes : comment le vérifier vous-même
receipt-proof = Preuve que l’entrée figure au journal
receipt-closed = Concerne d’autres personnes
receipt-check = Vérifier dans ce navigateur
receipt-good = Recalculé ici : les textes sont bien ceux sur lesquels le journal s’est engagé.
receipt-bad = Recalculé ici : les textes ne sont PAS ceux sur lesquels le journal s’est engagé. Conservez cette page et prévenez le délégué à la protection des données.
receipt-no-island = Cette version a été construite sans Node : le reçu ne peut pas être vérifié sur cette page.
part-of-entry-terms = La finalité à ce moment
part-of-entry-justification = Motif donné
part-of-entry-subject = Vous
part-of-entry-officer = Compte
part-of-entry-case = Dossier
part-of-entry-more = Autres
keys-title = Vérifier que la liste est complète
keys-what = Avec votre clé, toute personne de confiance peut lire le journal public et y trouver chaque entrée à votre sujet. Quiconque a la clé le peut aussi : ne la publiez pas.
keys-show = Montrer mes clés
records-title = Ce que l’on détient sur moi
records-what = Tous les enregistrements qui vous ont été rattachés, tels que votre droit d’accès permet de les lire, avec leur source et la certitude du lien.
records-name = Votre nom, comme l’écrivent la plupart de ces enregistrements :
records-empty = Les registres ne contiennent rien sur vous.
record-contested = Contesté
record-contested-since = La personne dit depuis le { $when } que cet enregistrement ne la concerne pas. Nul ne l’a encore jugé.
record-contested-since-own = Vous dites depuis le { $when } que cet enregistrement ne vous concerne pas. Nul ne l’a encore jugé.
record-judged = Jugé
record-judged-different = Jugé le { $when } ne pas concerner cette personne ; il sera retiré de ses enregistrements au prochain appariement.
record-judged-different-own = Jugé le { $when } ne pas vous concerner ; il sera retiré de vos enregistrements au prochain appariement. D’ici là, il reste parmi vos enregistrements, et quiconque les consulte lit qu’il a été jugé ainsi.
record-judged-same = La personne l’a contesté. Jugé le { $when } la concerner ; à partir du prochain appariement, il lui est de nouveau attribué.
record-judged-same-own = Vous l’avez contesté. Jugé le { $when } vous concerner ; à partir du prochain appariement, il vous est de nouveau attribué.
record-judged-cannot-say = Il a été contesté. Jugé le { $when } qu’on ne peut le déterminer ; à partir du prochain appariement, le calcul décide.
contest-begin = Ceci ne me concerne pas
contest-title = Ceci ne me concerne pas
contest-what = Vous pouvez contester que cet enregistrement vous concerne. C’est alors à un responsable de la qualité des données d’en juger.
contest-would-wait = Nul ne peut juger de cet enregistrement aujourd’hui. Vous pouvez le contester malgré tout : il est signalé comme contesté, reste tel quel, et attend que quelqu’un puisse en juger.
contest-why = Pourquoi il vous est attribué
contest-does = Les effets de la contestation
contest-does-frozen = L’enregistrement reste où il est, et aucun autre ne vous est rattaché à cause de lui.
contest-does-steward = Un responsable de la qualité des données le compare à l’enregistrement qui vous le rattache, et lit votre motif, sans savoir qui vous êtes.
contest-does-wait = Aucun responsable de la qualité des données n’a accès à la fois à cet enregistrement et à celui qui vous le rattache : nul ne les compare tant qu’une finalité et son accord ne le permettent pas. Le délégué à la protection des données est averti que cela attend.
contest-does-officers = Quiconque consulte vos enregistrements voit qu’il est contesté et depuis quand, mais non pourquoi.
contest-does-back = Vous pouvez y renoncer tant que nul ne l’a jugé.
contest-reason = Motif
contest-reason-hint = Pourquoi il ne peut pas vous concerner, en 10 à 2 000 caractères.
contest-reason-wrong = Donnez un motif de 10 à 2 000 caractères.
contest-do = Contester cet enregistrement
contest-not = Le laisser tel quel
contest-written = L’enregistrement du registre « { $register } » est contesté ; entrée { $entry } du journal. Un responsable de la qualité des données en jugera.
contest-written-unreached = L’enregistrement du registre « { $register } » est contesté ; entrée { $entry } du journal. Mais nul ne peut en juger aujourd’hui : aucune finalité en vigueur ne donne à un responsable de la qualité des données accès aux deux enregistrements. Le délégué à la protection des données en est averti, et l’enregistrement reste tel quel d’ici là.
contest-unreached-short = nul ne peut en juger aujourd’hui
contest-unreached = Aucune finalité en vigueur ne donne à un responsable de la qualité des données accès à la fois à cet enregistrement et à celui qui vous le rattache. Le délégué à la protection des données en est averti. D’ici là, l’enregistrement reste tel quel.
contest-withdrawn = Vous avez renoncé à contester l’enregistrement du registre « { $register } » ; entrée { $entry } du journal. Tout est comme avant.
contest-show = Voir l’enregistrement
contest-there-title = Vous contestez cet enregistrement
contest-there = Vous contestez cet enregistrement du registre « { $register } » depuis le { $when }.
contest-there-waits = Vous contestez cet enregistrement du registre « { $register } » depuis le { $when }. Il attend un responsable de la qualité des données.
contest-pending-different = Il sera retiré au prochain appariement.
contest-pending-same = À partir du prochain appariement, il vous est de nouveau attribué.
contest-pending-cannot-say = À partir du prochain appariement, le calcul décide.
contest-ended = { $standing } ({ $when }, entrée { $entry } du journal)
contest-standing-open = attend un responsable de la qualité des données
contest-standing-same = jugé : il vous concerne
contest-standing-different = jugé : il ne vous concerne pas
contest-standing-cannot-say = jugé : on ne peut le déterminer ; le calcul décide
contest-standing-withdrawn = vous y avez renoncé
contest-judgement-taken-back = jugé ({ $when }, entrée { $entry } du journal) ; ce jugement a été retiré depuis
contests-title = Ce que vous contestez
contests-register = Registre
contests-since = Depuis
contests-standing = État
contests-entry = entrée { $entry } du journal

# Le responsable de la qualité des données.
queue-title = Liens incertains
queue-what = Des paires d’enregistrements qui concernent peut-être une seule personne. Vous voyez les deux, dites ce qu’il en est, et donnez un motif. Votre jugement l’emporte sur le calcul.
queue-open = { $count ->
    [one] paire attend
   *[other] paires attendent
 }
queue-contested = { $count ->
    [one] d’entre elles est contestée par la personne
   *[other] d’entre elles sont contestées par la personne
 }
queue-judged = { $count ->
    [one] a été jugée
   *[other] ont été jugées
 }
queue-kept-apart = { $count ->
    [one] concerne des personnes tenues séparées alors que les deux enregistrements concordent assez
   *[other] concernent des personnes tenues séparées alors que les deux enregistrements concordent assez
 }
queue-weak-links = { $count ->
    [one] tient seule une personne ensemble
   *[other] tiennent seules une personne ensemble
 }
queue-order = D’abord viennent celles dont une décision apporte le plus : la chance qu’elle change quelque chose, multipliée par le nombre d’enregistrements déplacés.
queue-begin = Commencer
queue-empty = Rien n’attend.
queue-when = Les jugements comptent à partir du prochain appariement.
queue-sample-title = Échantillon de qualité
queue-sample-what = Des paires tirées au sort parmi toutes, y compris les plus simples. Ce qui en est dit montre à quelle fréquence l’appariement est juste, ce que les paires incertaines ne peuvent pas montrer. Jugez-les dans l’ordre où elles viennent : elles ne comptent qu’à cette condition.
queue-sample-open = { $count ->
    [0] Aucune ne vous attend.
    [one] Une d’entre elles vous attend.
   *[other] { $n } d’entre elles vous attendent.
 }
queue-sample-judged = { $count ->
    [0] Aucune n’a été jugée.
    [one] Une a été jugée.
   *[other] { $n } ont été jugées.
 }
queue-sample-begin = Parcourir l’échantillon
queue-decided = Votre jugement est inscrit ; entrée { $entry } du journal.
pair-title = S’agit-il d’une seule personne ?
pair-place = À juger : { $open } ; jugées : { $judged }. L’affichage de cette paire est l’entrée { $entry } du journal.
pair-place-contested = Un lien contesté, qui passe avant les autres. À juger en tout : { $open }. Son affichage est l’entrée { $entry } du journal.
pair-place-sample = Une paire de l’échantillon de qualité. À juger dans celui-ci : { $open }. Son affichage est l’entrée { $entry } du journal.
pair-sampled = Cette paire a été tirée au sort pour mesurer ce que vaut l’appariement.
pair-contested = La personne à qui l’enregistrement marqué comme contesté (registre « { $register } ») a été rattaché dit depuis le { $when } qu’il ne la concerne pas. Son motif :
pair-caption = Certitude qu’il s’agit d’une même personne, selon l’appariement : { $percent } (poids { $weight }). Les différences sont marquées, celles de casse ou d’accents d’un pointillé.
pair-caption-apart = Certitude qu’il s’agit d’une même personne, d’après cette paire seule : { $percent } (poids { $weight }) ; avec tout ce qui est connu des deux personnes : { $all } (poids { $merged }). Les différences sont marquées, celles de casse ou d’accents d’un pointillé.
pair-caption-given = Certitude qu’il s’agit d’une même personne, d’après ce que vous pouvez voir des deux : { $percent } (poids { $weight }). Les différences sont marquées, celles de casse ou d’accents d’un pointillé.
pair-together = L’appariement les réunit : les deux enregistrements concordent assez par eux-mêmes.
pair-together-others = L’appariement les réunit, bien que les deux seuls ne concordent pas assez : d’autres enregistrements de la personne, ou un jugement, les tiennent ensemble.
pair-apart = L’appariement les sépare : les deux enregistrements ne concordent pas assez.
pair-apart-others = L’appariement les sépare, bien que les deux seuls concordent assez : d’autres enregistrements de leurs personnes, ou un jugement, s’y opposent.
pair-apart-others-fit = L’appariement les sépare, bien que les deux seuls concordent assez : une autre personne convient à peu près aussi bien à l’enregistrement, et un registre seulement rattaché ne tranche pas un tel doute.
pair-apart-records = L’appariement les sépare, bien que les deux seuls concordent assez : ce que les autres enregistrements des deux personnes disent contre pèse davantage.
pair-apart-one-record = L’appariement les sépare, bien que les deux seuls concordent assez : un registre qui a un enregistrement par personne en aurait plusieurs de celle-ci, ce qui, avec ce que d’autres enregistrements disent contre, pèse davantage.
pair-apart-beyond = L’appariement les sépare, bien que les deux seuls concordent assez : ce qui est connu des deux personnes au-delà de cette paire pèse davantage.
pair-together-untold = L’appariement les réunit. Ce qui les tient ensemble ne figure pas dans ce que vous pouvez voir des deux.
pair-apart-untold = L’appariement les sépare. Ce qui les sépare ne figure pas dans ce que vous pouvez voir des deux.
pair-together-judged = Ils sont réunis parce qu’un responsable a jugé qu’ils sont d’une même personne.
pair-apart-judged = Ils sont séparés parce qu’un responsable a jugé qu’ils sont de personnes différentes.
pair-together-given = L’appariement les réunit : d’après ce que vous pouvez voir des deux, ils concordent assez.
pair-apart-given = L’appariement les sépare : d’après ce que vous pouvez voir des deux, ils ne concordent pas assez.
pair-waits-kept-apart = Elle attend parce que ces deux personnes sont tenues séparées contre ce que disent les deux enregistrements.
pair-waits-others-fit = Elle attend parce qu’une autre personne convient à peu près aussi bien à l’enregistrement : à vous de dire à laquelle il appartient, s’il appartient à l’une d’elles.
pair-waits-weak-link = Elle attend parce que ce lien tient seul une personne ensemble : s’il est faux, elles sont deux.
pair-waits-shared-identifier = Elle attend parce que ces deux personnes ont le même identifiant : soit elles n’en font qu’une, soit l’une a celui de l’autre.
pair-alike = identique
pair-written = écrit autrement
pair-differs = différent
judge-title = Votre jugement
judge-verdict = Ces deux enregistrements concernent
judge-go = Juger
judge-keys = Touches : Alt avec 1, 2 ou 3 ; dans Firefox Alt et Maj, sur un Mac Contrôle et Option.
judge-verdict-missing = Choisissez l’une des trois réponses.
judge-same = la même personne
judge-different = des personnes différentes
judge-cannot-say = je ne peux pas le dire
judge-reason = Motif
judge-reason-hint = Ce qui a été décisif. Il reste avec le jugement.
judge-reason-missing = Donnez un motif : sans lui, personne ne peut réexaminer le jugement.
judge-do = Enregistrer le jugement
judge-skip = Paire suivante, sans juger

# Le catalogue.
registers-title = Registres
registers-what = { $count ->
    [one] Un registre, tenu par son administration. Lucarne ne fusionne rien.
   *[other] { $n } registres, chacun tenu par son administration. Ils ne sont jamais fusionnés.
 }
register-name = Registre
register-agency = Administration
register-contact = Écrire à
register-use = Usage de toutes les finalités qui y donnent accès
register-rows = Lignes
register-quarantined = En quarantaine
register-fresh = Chargé le
register-never = jamais chargé
register-bought = acheté
register-columns = Ce qu’il contient
register-column = Colonne
register-codes = { $count ->
    [one] un code
   *[other] { $n } codes
 }
register-purposes = Finalités qui y donnent accès
register-agreements = Accords qui le couvrent
purposes-title = Finalités
purposes-what = { $count ->
    [one] Une raison pour laquelle des données peuvent être lues.
   *[other] { $n } raisons pour lesquelles des données peuvent être lues. Il n’y en a pas d’autre.
 }
purpose-recipients = Qui peut l’utiliser
purpose-subject = Porte sur
purpose-agreement = Accord
purpose-registers = Registres
purpose-needs = Exige
purpose-budget = Limite
purpose-budget-says = { $count ->
    [one] une personne par jour et par agent
   *[other] { $n } personnes par jour et par agent
 }
purpose-colleagues = Employeurs
purpose-colleagues-says = { $count ->
    [one] s’ouvrent si une personne au plus y travaille
   *[other] s’ouvrent si { $n } personnes au plus y travaillent ; au-delà, personne n’est montré
 }
purpose-use = Usage à ce jour
purpose-looks = { $count ->
    [one] { $n } consultation
   *[other] { $n } consultations
 }
purpose-refusals = { $count ->
    [one] { $n } refus
   *[other] { $n } refus
 }
needs-case = un dossier
needs-justification = un motif
valid-between = du { $from } au { $until }
agreements-title = Accords
agreements-what = { $count ->
    [one] Un accord sur les registres qui peuvent être reliés ou communiqués ensemble.
   *[other] { $n } accords sur les registres qui peuvent être reliés ou communiqués ensemble.
 }
agreement-parties = Signé par
agreement-linking = Appariement
agreement-linking-yes = Les enregistrements de ces registres peuvent être reliés.
agreement-linking-no = Il ne permet aucun appariement.
agreement-special = Catégories particulières
agreement-special-none = Il n’en nomme aucune.
agreement-use = Usage de toutes les finalités qui en relèvent

# La page des composants.
components-title = Composants
components-what = Ce dont les pages sont faites, dans chaque état, dans la langue que vous avez choisie. Tout ici est inventé.
components-text = Texte
components-buttons = Liens et boutons
components-hover = Sous le pointeur
components-focus = Atteint au clavier
components-paging = Pagination
components-opens = Ce qui se déplie
components-fields = Champs et choix
components-notes = Encadrés
components-tags = Étiquettes et marques
components-figures = Chiffres et faits
components-tables = Tableaux
components-values = Valeurs communiquées, communiquées en partie et non communiquées
components-charts = Graphiques
components-empty = Sans rien à montrer
components-bar = Le bandeau
components-bar-what = Cinq états : un agent qui n’a pas choisi de finalité, un agent qui en a choisi une, un ingénieur de données, qui n’en a pas besoin, une personne pour elle-même, et un agent dont le formulaire est à corriger. Ils ne peuvent être utilisés.
sample-register = Prêts étudiants
sample-agency = Ministère de l’Éducation
sample-officer = Gestionnaire de dossiers
sample-law = Loi sur l’allègement des prêts, art. 4
sample-engineer = Ingénieur de données
sample-own-purpose = Permettre à chacun de voir ce qui est détenu à son sujet et qui l’a consulté
sample-purpose = Décider si les revenus d’un emprunteur lui ouvrent droit à un allègement
sample-why = Demande d’allègement du 12 novembre
sample-contest = Je n’ai jamais habité cette commune.
sample-judged = Deux naissances sont enregistrées.
sample-withheld = La finalité ne nomme pas cette classe.
sample-needed = Une finalité qui la communique, en vertu d’un accord qui couvre le registre.

# L’ingénieur.
runs-title = Tables et exécutions
runs-what = Ce qui a été chargé, ce qui en a été fait, et l’état laissé par les dernières exécutions. Aucune ligne ne peut être lue ici.
runs-contents = Sur cette page
runs-quarantined = { $count ->
    [one] Une ligne est en quarantaine : elle ne correspondait pas au schéma de son registre, et personne ne la voit.
   *[other] { $n } lignes sont en quarantaine : elles ne correspondaient pas au schéma de leur registre, et personne ne les voit.
 }
runs-empty = Rien n’a encore été chargé. Lancez `lucarne ingest`.
runs-table = Table
runs-version = Version
runs-size = Taille en Mo
runs-at = Écrite le
queue-waits = { $count ->
    [one] attend un second responsable
   *[other] attendent un second responsable
 }
queue-again = Revoir la paire, ou revenir dessus
queue-proposed = Votre proposition est inscrite ; entrée { $entry } du journal. Elle compte dès qu’un second responsable arrive à la même conclusion.
queue-taken-back = Votre réponse est retirée ; entrée { $entry } du journal. Ce qui avait été dit de la paire auparavant vaut de nouveau ; à défaut, elle est de nouveau ouverte.
said-proposed-own = Le { $when }, vous avez proposé : { $verdict } (entrée { $entry } du journal). Cela compte dès qu’un second responsable arrive à la même conclusion.
said-proposed = Le { $when }, un autre responsable a proposé : { $verdict } (entrée { $entry } du journal). Cela compte dès que vous arrivez, par vous-même, à la même conclusion.
said-judged-own = Le { $when }, vous avez jugé : { $verdict } (entrée { $entry } du journal). Cela compte à partir du prochain appariement.
said-judged = Le { $when }, un autre responsable a jugé : { $verdict } (entrée { $entry } du journal). Cela compte à partir du prochain appariement.
said-before-contest-own = Le { $when }, vous avez répondu : { $verdict } (entrée { $entry } du journal). La personne a contesté le lien depuis : il attend d’être jugé.
said-before-contest = Le { $when }, un autre responsable a répondu : { $verdict } (entrée { $entry } du journal). La personne a contesté le lien depuis : il attend d’être jugé.
said-before-index-own = Le { $when }, vous avez jugé : { $verdict } (entrée { $entry } du journal). C’était avant la construction de l’index en service.
said-before-index = Le { $when }, un autre responsable a jugé : { $verdict } (entrée { $entry } du journal). C’était avant la construction de l’index en service.
said-why = Votre motif :
back-reason = Pourquoi vous revenez dessus
back-do = Revenir dessus
verdict-same = la même personne
verdict-different = des personnes différentes
verdict-cannot-say = indécidable
effect-records = { $count ->
    [one] un enregistrement
   *[other] { $n } enregistrements
 }
effect-same = À partir du prochain appariement, ces deux enregistrements sont d’une même personne. Leurs deux personnes ont { $left } et { $right }, pour ce que vous pouvez voir ; cet appariement décide lesquels vont avec ces deux, { $both } au plus.
effect-same-alone = À partir du prochain appariement, ces deux enregistrements sont d’une même personne. Pour ce que vous pouvez voir, aucune des deux personnes n’en a d’autres.
effect-same-nothing = C’est déjà une seule personne, et cela le reste quoi que dise le calcul.
effect-different = À partir du prochain appariement, ces deux enregistrements sont de deux personnes : leur personne ({ $records }, pour ce que vous pouvez voir) est scindée.
effect-different-others = Cet appariement décide où va chacun des autres.
effect-different-nothing = Ce sont déjà des personnes différentes, et cela le reste quoi que dise le calcul.
effect-see = Voir les enregistrements concernés et leurs liens
effect-cannot-say = Rien ne change : le calcul décide.
effect-second = Un second responsable doit arriver à la même conclusion.
runs-tables = Toutes les tables
runs-quarantine-show = Quels registres
runs-newer = { $count ->
    [one] Une table a été écrite après que l’index en service l’a lue. Lancez `lucarne index` et redémarrez le serveur.
   *[other] { $n } tables ont été écrites après que l’index en service les a lues. Lancez `lucarne index` et redémarrez le serveur.
 }
graph-title = Des registres à l’index
graph-what = Un modèle est fait d’un seul registre et n’en joint jamais deux. Les fiches de personnes sont reliées dans l’épine dorsale ; l’index donne accès aux registres, aux fiches et à l’épine dorsale. Chaque case mène à sa table.
graph-key = Bordure interrompue : à venir. Texte coloré : lignes en quarantaine. Case colorée : index plus ancien que ses tables.
graph-label = La chaîne en image, à faire défiler latéralement
graph-missing = à venir
graph-rows = { $count ->
    [one] une ligne
   *[other] { $n } lignes
 }
graph-person = { $count ->
    [one] une fiche de personne
   *[other] { $n } fiches de personnes
 }
graph-object = { $count ->
    [one] un objet
   *[other] { $n } objets
 }
graph-links = { $count ->
    [one] une fiche
   *[other] { $n } fiches
 }
graph-persons = { $count ->
    [one] une personne
   *[other] { $n } personnes
 }
graph-newer = { $count ->
    [one] une plus récente
   *[other] { $n } plus récentes
 }
graph-quarantined = { $rows } lignes, { $bad } en quarantaine
graph-spine-says = L’épine dorsale dit quels enregistrements sont d’une même personne, et pourquoi.
graph-index-says = L’index répond aux recherches et aux consultations. Il a été construit à partir d’une version de chaque table qu’il lit.
stage-registers = Registres
stage-models = Modèles
stage-spine = Épine dorsale
stage-index = Index
quarantine-title = Quarantaine
quarantine-of = Quarantaine : { $register }
runs-made-of = Faite à partir de
made-of-deliveries = livraisons de son administration
made-of-persons = toutes les fiches de personnes
made-of-pairs = paires de fiches à soumettre à un responsable
made-of-events = liens d’une exécution et de la précédente
made-of-learnt = ce qu’une exécution a appris des fiches de personnes
made-of-judgements = ce qui a été jugé de deux enregistrements, et ce que les personnes contestent
made-of-nothing = un modèle que le projet n’a plus

expect-title = Ce qui est attendu des modèles
expect-what = Une construction vérifie chaque modèle avant d’écrire sa table. Si une condition n’est pas remplie, elle s’arrête et la table reste telle quelle : une table est là parce que tout ceci était vrai.
expect-model = Modèle
expect-rules = Ce qui doit être vrai
expect-at = Dernière vérification
expect-held = vérifié
expect-older = plus ancienne que ce dont elle est faite
expect-others = { $count ->
    [one] Un modèle manque, ou est plus ancien que ce dont il est fait
   *[other] { $n } modèles manquent, ou sont plus anciens que ce dont ils sont faits
 }
expect-all-held = { $count ->
    [one] Pour un modèle, tout a été vérifié
   *[other] Pour { $n } modèles, tout a été vérifié
 }
expect-records = chaque ligne nomme la fiche dont elle est faite
expect-unique = chaque valeur de { $column } n’apparaît qu’une fois
expect-not-null = { $column } n’est jamais vide
expect-accepted = { $column } est l’une de ces valeurs : { $values }
expect-rows-min = { $count ->
    [one] au moins une ligne
   *[other] au moins { $n } lignes
 }
expect-rows-max = { $count ->
    [one] au plus une ligne
   *[other] au plus { $n } lignes
 }
quarantine-what = Des lignes qui ne correspondaient pas au schéma de leur registre. La page de chaque registre dit pourquoi, par exécution et par colonne, et où : des nombres seulement, aucune ligne ne peut être lue ici.
quarantine-why = Pourquoi des lignes sont en quarantaine, tel que chaque exécution l’a compté, et où sont les premières dans leurs fichiers. Aucune valeur n’est montrée ici.
quarantine-now = lignes en quarantaine à présent
quarantine-keeps = Ce registre est livré par changements : les lignes des exécutions précédentes restent en quarantaine.
quarantine-replaces = Ce registre est livré en entier : chaque exécution met ses lignes à la place des précédentes.
quarantine-not-noted = Aucune exécution n’a noté pourquoi. La prochaine qui chargera une nouvelle livraison le fera.
quarantine-last-run = Dernière exécution :
quarantine-earlier-run = Exécution précédente :
quarantine-run = Lignes mises en quarantaine : { $bad } sur { $rows } ({ $share }).
quarantine-reasons = Motifs, le plus fréquent d’abord
quarantine-reason = Motif
quarantine-row = toute la ligne
quarantine-places = Premiers cas
quarantine-back = Retour aux tables et exécutions
quarantine-register = Ce que contient le registre
bad-row-field-count = La ligne a plus ou moins de champs que l’en-tête
bad-row-open-quote = Un guillemet est ouvert et n’est pas refermé avant la fin du fichier : les lignes suivantes sont peut-être à l’intérieur
bad-row-stray-quote = Du texte suit un guillemet qui ferme un champ : un guillemet est peut-être resté ouvert avant lui, et des lignes sont peut-être à l’intérieur
bad-row-row-too-long = La ligne dépasse 8 Mio ; un guillemet est peut-être resté ouvert
bad-row-field-too-long = Un champ dépasse 1 Mio ; un guillemet est peut-être resté ouvert
bad-row-not-in-encoding = Un octet ne veut rien dire dans l’encodage que donne le fichier du registre : donnez-y dans `encoding` celui de la livraison
bad-row-nul-byte = Le texte a un octet nul
bad-row-not-json = La ligne n’est pas du JSON
bad-row-not-an-object = La ligne est du JSON, mais pas un objet entre accolades
bad-row-field-twice = L’objet a deux fois le même nom
bad-row-unknown-field = L’objet a un nom que le fichier du registre n’a pas : décrivez-le sous `[columns]`, ou faites-le retirer de la livraison
bad-row-missing-value = La colonne est obligatoire et n’a pas de valeur
bad-row-not-an-integer = Le texte n’est pas un nombre entier de 64 bits au plus
bad-row-not-a-decimal = Le texte n’est pas un nombre décimal
bad-row-too-many-digits = Le nombre a plus de chiffres que le type de la colonne
bad-row-not-a-boolean = Le texte n’est ni true, false, yes, no, y, n, 1 ni 0
bad-row-not-a-date = Le texte n’est pas un jour dans un des formats de la colonne : ajoutez le sien à `format` dans le fichier du registre, ou faites-le corriger
bad-row-not-a-month = Le texte n’est pas une année et un mois comme 1993-07
bad-row-not-a-timestamp = Le texte n’est pas un instant dans un des formats de la colonne : ajoutez le sien à `format` dans le fichier du registre, ou faites-le corriger
bad-row-fails-check = Le texte ne satisfait pas au contrôle de la colonne
bad-row-no-key = Aucune colonne de la clé n’a de valeur
bad-row-duplicate-key = Une ligne précédente a la même clé et d’autres valeurs
bad-row-duplicate-row = Une ligne précédente a la même clé et les mêmes valeurs
bad-row-superseded = Une ligne suivante de la livraison change le même enregistrement
quarantine-empty = Rien n’est en quarantaine.
quarantine-delivery = Lignes de la dernière livraison
quarantine-of-it = Dont en quarantaine
quarantine-accepted = Lignes incorrectes admises
index-title = L’index en service
index-persons = personnes
index-records = enregistrements
index-tables = tables lues

# Exécutions qui durent.
progress-begins = Démarrage en cours.
progress-what = Vous pouvez quitter cette page : l’exécution se poursuit sans vous.
progress-again = Voir l’avancement
progress-lost = Le serveur est injoignable, ou votre session a pris fin. L’exécution continue.
verify-under-way = Le journal est en cours de vérification
verify-far = { $done } entrées sur { $all }
reading-heading = Charger une livraison
reading-what = Charge les fichiers de la livraison d’un registre dans sa table ; les lignes non conformes sont mises en quarantaine. Ce que montrent les pages reste tel quel jusqu’à ce que `lucarne build`, `lucarne link` et `lucarne index` aient été exécutés.
reading-do = Charger la livraison
reading-since = Chargées depuis le démarrage du serveur
reading-title = Livraison : { $register }
reading-under-way = Chargement en cours : { $register }
reading-far = { $done } Mo sur { $all }
reading-taken = Elle a été chargée ; entrée { $entry } du journal.
reading-next = Ce que montrent les pages reste tel quel jusqu’à ce que `lucarne build`, `lucarne link` et `lucarne index` aient été exécutés et le serveur redémarré.
reading-why = Pourquoi
reading-records = Enregistrements
reading-compared = { $new } nouveaux, { $changed } modifiés, { $gone } disparus
reading-unchanged = Elle avait déjà été chargée, avec le même schéma. Rien n’a été écrit.
reading-unchanged-short = inchangée
reading-refused = Elle a été rejetée en entier. La table du registre est inchangée.
reading-refused-short = rejetée

# Les personnes d’une paire, et les liens qui les tiennent ensemble.
cluster-title = Ce qui relie les enregistrements
cluster-what = Tous les enregistrements de cette personne qui vous sont accessibles, chacun relié à celui avec lequel il concorde le plus. Un lien erroné peut être coupé là où il est le plus faible.
cluster-what-two = Tous les enregistrements des deux personnes qui vous sont accessibles, chacun relié à celui avec lequel il concorde le plus. Un lien erroné peut être coupé là où il est le plus faible.
cluster-picture = Les enregistrements et les liens entre eux
cluster-cut-this = Comparer, et couper : { $left } – { $right }
cluster-caption = Liens, le plus faible d’abord
cluster-records = Enregistrements
cluster-sure = Certitude
cluster-without = Sans lui
cluster-cut = Comparer, et couper
cluster-this = la paire de cette page
cluster-apart = Par les seuls liens les plus forts, { $one } et { $other } seraient séparés.
cluster-held = D’autres liens maintiennent ses enregistrements ensemble.
cluster-judged = Jugé : { $verdict } (entrée { $entry } du journal)
cluster-judged-before = Un responsable a jugé qu’ils sont de la même personne
cluster-proposed = Proposé : { $verdict } (entrée { $entry } du journal)
cluster-left-out = { $count ->
    [one] Un autre enregistrement, au lien plus fort, n’est pas dans l’image.
   *[other] { $n } autres enregistrements, aux liens plus forts, ne sont pas dans l’image.
 }
cluster-part = Liens { $from } à { $to } sur { $all }, à partir du plus faible
cluster-weaker = Liens plus faibles
cluster-stronger = Liens plus forts
link-cut-what = Ce lien maintient ensemble les enregistrements d’une personne. Juger que ses deux enregistrements concernent des personnes différentes le coupe.
link-cut-back = Retour à la paire
pair-place-proposal = Elle attend un second responsable. Paires à juger : { $open }. L’affichage de celle-ci est l’entrée { $entry } du journal.
queue-own-title = Vos propositions en attente d’un second responsable
queue-own-what = Elles ne comptent pas tant qu’une autre personne n’arrive pas à la même conclusion. Vous pouvez les revoir et les retirer.
queue-own-pair = { $what }, depuis le { $when }
pair-place-link = Un lien entre enregistrements d’une même personne. Son affichage est l’entrée { $entry } du journal.

# Pourquoi deux enregistrements que nomme un responsable concernent, ou non, une seule personne.
explain-title = Expliquer deux enregistrements
explain-what = Pourquoi deux enregistrements quelconques concernent, ou non, une seule personne, qu’ils attendent un jugement ou non : champ par champ, comment ils se comparent et ce que cela pèse.
explain-looks = C’est une consultation des données des deux personnes, inscrite au journal, et elle compte dans le nombre de personnes dont vous pouvez consulter les données en un jour.
explain-left = L’un des enregistrements
explain-right = L’autre enregistrement
explain-id-hint = Son registre, un deux-points et sa clé telle que le registre l’écrit, avec des virgules entre plusieurs colonnes : student_loans:SL-2026-0417. Ou les 32 chiffres de son identifiant.
explain-left-unread = L’un des enregistrements est illisible. Écrivez son registre, un deux-points et sa clé : student_loans:SL-2026-0417.
explain-right-unread = L’autre enregistrement est illisible. Écrivez son registre, un deux-points et sa clé : student_loans:SL-2026-0417.
explain-same = Les deux désignent le même enregistrement. Indiquez-en deux différents.
explain-reason-missing = Dites pourquoi vous le demandez.
explain-do = Expliquer
explain-begin = Indiquer deux enregistrements
explain-entry = Leur affichage est l’entrée { $entry } du journal.
explain-one = Ils concernent une seule personne ({ $records }, pour ce que vous pouvez voir).
explain-two = Ils concernent deux personnes ({ $left } et { $right }, pour ce que vous pouvez voir).
explain-again = Expliquer deux autres enregistrements

# Ce que vaut l’appariement.
quality-title = Qualité de l’appariement
quality-what = À quelle fréquence des enregistrements sont réunis à raison, autant qu’on puisse le dire, et pour qui l’appariement fonctionne moins bien. Tout ici est compté ; personne n’y est montré. Les registres seulement rattachés aux personnes n’y figurent pas.
quality-none = Aucun appariement n’a encore eu lieu, ou il est d’une autre version : le prochain remplira cette page.
quality-of-run = L’appariement { $run } du { $when }, par le modèle { $model }.
quality-moved = { $what } : la répartition a bougé depuis l’appariement du { $when } ; indice de stabilité { $index }, limite { $limit }. Voyez si une livraison a changé.
quality-other-model = Le modèle a changé depuis, ce qui suffit à déplacer les poids.
quality-records-count = { $count ->
    [one] enregistrement
   *[other] enregistrements
 }
quality-persons-count = { $count ->
    [one] personne
   *[other] personnes
 }
quality-unlinkable = Non appariables
quality-records = Enregistrements
quality-persons = Personnes
quality-pairs = Paires
quality-linked = Réunies
quality-apart = Séparées
quality-weight = Poids
quality-any = tous
quality-below = moins de { $below }
quality-from = { $from } et plus
quality-between = de { $from } à { $below }
quality-chart-says = { $title } : au plus { $most } ({ $where }). Le tableau ci-dessous donne chaque barre.
quality-chart-says-none = { $title } : aucune.
quality-too-few = trop peu

# L’échantillon.
quality-sample-title = À quelle fréquence l’appariement est juste
quality-sample-what = Estimé d’après des paires tirées au sort dans chaque tranche de poids, et parmi les paires que seuls d’autres enregistrements d’une personne réunissent, puis jugées par des responsables de la qualité des données. Ne comptent que celles qui ont été jugées dans l’ordre du tirage, sans lacune. Le rappel est celui des paires comparées et conservées, ou réunies : deux enregistrements d’une même personne qui sont séparés et n’ont jamais été comparés ne se voient pas ici.
quality-precision = Précision : parmi toutes les paires d’enregistrements réunies, directement ou par d’autres, { $estimate } concernent une même personne.
quality-precision-unknown = La précision ne peut pas encore être estimée : dans chaque tranche de paires réunies, et parmi celles que seuls d’autres enregistrements réunissent, { $least } au moins doivent être jugées.
quality-recall = Rappel : parmi les paires d’une même personne, { $estimate } sont réunies.
quality-recall-unknown = Le rappel ne peut pas encore être estimé : dans chaque tranche, { $least } paires au moins doivent être jugées.
quality-not-kept = par d’autres enregistrements seuls
quality-estimate = { $share } (de { $least } à { $most })
quality-sample-of = Tiré le { $when }. Paires : { $drawn } ; comptées comme jugées : { $judged }. Les intervalles sont à 95 %.
quality-out-of-turn = { $count ->
    [one] Une de plus a été jugée hors de son tour et comptera une fois les précédentes jugées.
   *[other] { $n } de plus ont été jugées hors de leur tour et compteront une fois les précédentes jugées.
 }
quality-no-sample = Aucun échantillon n’est tiré : linkage.toml le veut ainsi, ou personne ne peut examiner les liens.
quality-strata-caption = L’échantillon, tranche par tranche, tel qu’apparié lors du tirage
quality-stratum = Au tirage
quality-drawn = Tirées
quality-same = Une personne
quality-different = Deux personnes
quality-cannot-say = Indécidables

# Groupes.
quality-groups-title = Pour qui l’appariement fonctionne moins bien
quality-groups-what = Les erreurs ne se répartissent pas également : les personnes qui changent de nom, ou dont le nom s’écrit de plusieurs façons, sont plus souvent manquées. Un enregistrement sans valeur compte avec la plupart de ceux de sa personne.
quality-groups-least = Les groupes de moins de { $least } personnes sont réunis.
quality-group = Groupe
quality-group-other = Tous les autres
quality-by-register = Par registre
quality-by-form = { $column }, selon la graphie
form-plain = simple
form-marked = avec accents ou autres signes
form-compound = en plusieurs mots
form-cyrillic = en lettres cyrilliques
form-arabic = en lettres arabes
form-east-asian = en caractères chinois, japonais ou coréens
form-other-script = dans une autre écriture
quality-records-per-person = Enregistrements par personne
quality-weight-mean = Poids moyen des liens
quality-true-precision = Précision, selon la vérité
quality-true-recall = Rappel, selon la vérité
quality-estimated-precision = Précision, estimée
quality-estimated-recall = Rappel, estimé

# Poids, tailles, dérive.
quality-weights-title = Poids des paires
quality-weights-what = Les paires selon le logarithme en base 2 de la cote en faveur d’une même personne. Le trait est le seuil, { $threshold }.
quality-weights-caption = Chaque rangée a sa propre échelle. De nombreuses paires près du seuil sont le signe d’une grande incertitude.
quality-given-up = { $n } autres paires ont été comparées, puis écartées sous le poids minimal.
quality-cut = Paires qu’une règle a laissées de côté parce que trop d’enregistrements partagent une même valeur : { $pairs } (groupes laissés de côté : { $skipped }, divisés : { $split }). Une autre règle a pu en comparer certaines.
quality-without-key = { $count ->
    [one] { $n } enregistrement n’a toutes les valeurs d’aucune des règles par lesquelles les paires sont cherchées : il n’est comparé à aucun autre.
   *[other] { $n } enregistrements n’ont toutes les valeurs d’aucune des règles par lesquelles les paires sont cherchées : ils ne sont comparés à aucun autre.
 }
quality-apart-at-threshold = { $count ->
    [one] Une paire atteint le seuil et reste pourtant séparée, à cause d’autres indices ou d’un jugement.
   *[other] { $n } paires atteignent le seuil et restent pourtant séparées, à cause d’autres indices ou d’un jugement.
 }
quality-own-title = Ce que contiennent les enregistrements
quality-own-what = Chaque enregistrement face à sa propre copie. Celui qui n’atteint pas le seuil même ainsi contient trop peu pour être apparié à quoi que ce soit.
quality-own-caption = Enregistrements selon leur poids face à eux-mêmes ; le trait est le seuil.
quality-unlinkable-count = { $count ->
    [0] Il n’y en a aucun.
    [one] Il y en a un.
   *[other] Il y en a { $n }.
 }
quality-sizes-title = Enregistrements d’une personne
quality-sizes-what = Un très grand nombre d’enregistrements pour une seule personne est rarement juste : cherchez une valeur que beaucoup partagent par erreur.
quality-sizes-caption = Personnes selon le nombre de leurs enregistrements
quality-size-what = Enregistrements
quality-size = { $count ->
    [one] Un enregistrement
   *[other] { $n } enregistrements
 }
quality-sizes = De { $least } à { $most } enregistrements
quality-size-more = { $least } enregistrements et plus
quality-density-what = La densité est la part des paires d’une personne qui atteignent le seuil par elles-mêmes. Une personne de faible densité ne tient que par quelques paires.
quality-sparse = { $count ->
    [0] Aucune personne n’est au-dessous de la moitié.
    [one] Une personne est au-dessous de la moitié.
   *[other] { $n } personnes sont au-dessous de la moitié.
 }
quality-densities-caption = Densité selon le nombre d’enregistrements des personnes
quality-density = Densité
quality-conflicts-title = Identifiants et ménages
quality-conflicts-what = Ce qu’aucune paire d’enregistrements ne montre, et que les personnes montrent. Un identifiant que deux personnes ont peut être emprunté ou mal saisi, ou bien elles n’en font qu’une ; qui en a plusieurs est peut-être la réunion de deux personnes, ou en a reçu un nouveau. Une valeur que beaucoup ont est une valeur de remplissage. Le compte ne contient aucune valeur ; les personnes qui en partagent une attendent deux à deux parmi les liens incertains, si la finalité y montre l’identifiant en entier.
quality-identifier = Identifiant
quality-shared = Valeurs de plusieurs personnes
quality-sharers = Personnes qui en partagent une
quality-several = Personnes qui en ont plusieurs
quality-placeholders = Valeurs de remplissage
quality-conflicts-none = Aucun identifiant n’est comparé, ou le traitement ne l’a pas examiné.
quality-households = Paires de personnes différentes qui concordent sur { $one } et { $other }, comme le font les membres d’un même ménage : { $pairs }. Le modèle en attend { $expected }.
quality-households-off = L’écart dépasse le double : ce que le modèle suppose des ménages est faux. Faites-le réapprendre, ou cherchez une valeur que beaucoup partagent.
quality-runs-title = Dérive entre appariements
quality-runs-what = L’indice de stabilité de la population dit de combien une répartition a bougé depuis l’appariement précédent. Jusqu’à { $limit }, ou davantage lorsque le hasard suffit à l’expliquer sur de si petits nombres, il est tenu pour nul.
quality-drifts-caption = L’indice de stabilité en centièmes, appariement par appariement, chaque rangée à sa propre échelle
quality-run = Appariement
quality-model = Modèle
quality-first-run = premier
distribution-weights = Poids des paires
distribution-own-weights = Contenu des enregistrements
distribution-cluster-sizes = Enregistrements d’une personne

# Ce dont l’apprentissage doutait.
quality-doubts-title = Ce dont le modèle n’est pas sûr
quality-doubts-what = Le modèle { $model } a été appris sur des enregistrements qui ne tranchent pas tout. Ce qui suit a été mis en doute à ce moment, et vaut pour chaque appariement qui pèse les paires d’après lui.
quality-doubt-level = { $name } : « { $level } »
doubt-presumed = Il y avait trop peu d’enregistrements pour apprendre : des parts usuelles sont présumées.
doubt-no-pairs = Aucune paire ne permettait d’apprendre : la fréquence à laquelle les enregistrements d’une même personne concordent est présumée.
doubt-learnt-from-rules = Rien de ce qui est comparé ne donne de groupes sur lesquels apprendre : l’apprentissage s’est fait sur les règles qui désignent les paires à examiner, si bien que les poids changent dès qu’une règle change.
doubt-unsettled = L’apprentissage a été arrêté avant de se stabiliser : ce qui a été appris peut être inexact.
doubt-blocks-left-out = L’apprentissage a laissé de côté des groupes d’enregistrements trop grands, selon ces règles :
doubt-few-matches = Peu d’enregistrements d’une même personne renseignent sur la fréquence à laquelle ceci concorde, qui reste proche de ce qui est présumé :
doubt-runs-to-one = Presque tous les enregistrements d’une même personne concordent de la même façon, si bien que toute autre façon pèse trop contre une paire :
doubt-no-likelier = La concordance n’est pas plus probable entre enregistrements d’une même personne qu’entre d’autres :
doubt-never-among-matches = Observé parmi des paires tirées au sort, mais jamais entre enregistrements d’une même personne :
doubt-never-seen = Jamais observé, si bien que le poids est présumé :
doubt-few-at-level = À peine observé entre enregistrements d’une même personne, si bien que le poids n’est guère plus que présumé :
doubt-few-households = Peu de paires de personnes différentes d’un même foyer ont été trouvées : la fréquence à laquelle elles concordent reste proche de ce qui est présumé.
doubt-households-presumed = Le nombre de paires de personnes différentes d’un même foyer, et la fréquence à laquelle elles concordent, reposent sur ce qui est présumé.
doubt-households-alike = Les personnes d’un même foyer concordent à peu près comme une même personne, selon :
doubt-households-left-out = Les personnes d’un même foyer ne sont pas distinguées d’une même personne, faute d’en avoir trouvé sur lesquelles apprendre : qui partage beaucoup avec une autre personne, comme des jumeaux, peut être confondu avec elle.
doubt-dates-unread = Beaucoup de valeurs ne peuvent être lues comme des dates et diffèrent de toutes celles qui le peuvent :
doubt-said = Dans les mots de l’appariement qui l’a appris :
dpv-PublicInterest = une mission d’intérêt public
dpv-OfficialAuthorityOfController = l’exercice de l’autorité publique
dpv-LegalObligation = une obligation légale
dpv-Consent = le consentement
dpv-ExplicitConsent = le consentement explicite
dpv-Contract = un contrat
dpv-ContractPerformance = l’exécution d’un contrat
dpv-VitalInterest = les intérêts vitaux
dpv-VitalInterestOfDataSubject = les intérêts vitaux de la personne
dpv-LegitimateInterest = un intérêt légitime

# Revenir sur ce qui a été jugé, et ce qui fonde un jugement.
queue-for-you-title = Ce qu’un autre responsable a dit et qui vous attend
queue-for-you-what = Regardez la paire et dites, par vous-même, ce qu’il en est. Si vous arrivez à la même conclusion, cela compte.
queue-for-you-pair = Vous attend depuis le { $when }
queue-set-aside = { $count ->
    [one] Une paire passe en dernier : ses personnes ont déjà été jugées ensemble, et elle poserait la même question jusqu’au prochain appariement.
   *[other] { $n } paires passent en dernier : leurs personnes ont déjà été jugées ensemble, et elles poseraient la même question jusqu’au prochain appariement.
 }
queue-set-aside-see = Les voir quand même
proposal-merge = Réunir deux personnes
proposal-apart = Tenir deux personnes séparées
proposal-cut = Couper un lien
proposal-keep = Maintenir un lien
judged-title = Ce qui a été jugé
judged-what = Les jugements rendus depuis la construction de l’index en service : paires en attente, enregistrements contestés, liens et échantillon de qualité. Les vôtres viennent d’abord, le plus récent en premier. Ils comptent à partir du prochain appariement. Ouvrir une paire reste une consultation des données de ses personnes.
judged-empty = Rien n’a été jugé depuis.
judged-earlier = Ce qui a été jugé auparavant se retire, par qui l’a dit, ou se juge à nouveau là où l’on indique les deux enregistrements :
judged-counts = Ce qui compte à partir du prochain appariement
judged-which = Objet
judged-verdict = Jugement
judged-again = Y revenir
judged-pair = Paire { $number }
judged-kind-contested = Un enregistrement contesté
judged-kind-sample = Une paire de l’échantillon de qualité
judged-kind-link = Un lien entre enregistrements d’une même personne, ou une paire qui n’est plus dans aucune liste
judged-entry = entrée { $entry } du journal
judged-by-you = vous
judged-by-another = un autre responsable
judged-see = Voir la paire
judged-part = { $from } à { $to } sur { $all }
judged-newer = Plus récents
judged-older = Plus anciens
pair-place-second = Elle vous attend, comme second responsable. Paires à juger en tout : { $open }. L’affichage de celle-ci est l’entrée { $entry } du journal.
pair-threshold = Il réunit deux enregistrements à partir de { $percent }.
pair-side-contested = { $register } : enregistrement contesté
pair-side-tied = { $register } : enregistrement auquel il est relié
pair-side-number = { $register } { $number }
pair-own-column = { $register } : { $column }
pair-day-unknown = jour inconnu
pair-month-unknown = jour et mois inconnus
effect-you-are-second = Un autre responsable l’a proposé : si vous arrivez à la même conclusion, cela compte à partir du prochain appariement.
effect-differ = Leurs dates de naissance diffèrent : { $left } / { $right }.
effect-differ-within = Les dates de naissance de ses enregistrements diffèrent : { $dates }.
cluster-weights = À côté des liens douteux figure leur poids en bits ; le tableau donne celui de chaque lien, page par page.
cluster-islands = Les traits ne relient pas tous les enregistrements d’une personne ; il y a { $groups } groupes. De chaque enregistrement, seul le lien avec celui avec lequel il concorde le plus est conservé. Des paires plus faibles, un jugement, ou des enregistrements hors de votre accès ou de l’image tiennent ces groupes ensemble.
