/** What the FinOps module refuses, in French; the codes stand in `problems.ts`. */
export const FINOPS_FRENCH = {
  FILE_NOT_FOUND: { title: 'Le fichier n’existe pas', next: 'Vérifiez le chemin ; rien n’a été importé.' },
  FILE_UNREADABLE: {
    title: 'Le fichier n’est pas un fichier FOCUS lisible',
    next: 'Envoyez un CSV en UTF-8, ce CSV compressé par gzip, ou du Parquet.',
  },
  EMPTY_FILE: {
    title: 'Le fichier ne contient aucune ligne',
    next: 'Exportez de nouveau la période de facturation ; sans lignes, le fichier ne dit pas de quel périmètre il parle.',
  },
  ARCHIVE_TOO_LARGE: {
    title: 'Le fichier compressé s’étend au-delà de ce qui est permis',
    next: 'Coupez l’export en plusieurs, ou relevez la limite du nœud si le fichier est ce qu’il doit être.',
  },
  CSV_MALFORMED: {
    title: 'Une ligne du CSV est illisible',
    next: 'Corrigez la ligne que nomme le détail (RFC 4180 : virgules, guillemets droits, autant de valeurs que de colonnes).',
  },
  COLUMNS_MISSING: {
    title: 'Des colonnes nécessaires à l’import manquent',
    next: 'Exportez de nouveau avec les colonnes que liste « missing » ; ce sont les noms de FOCUS 1.0 à 1.2, en toute casse.',
  },
  COLUMNS_DUPLICATED: {
    title: 'Une colonne figure deux fois dans le fichier',
    next: 'Retirez l’une des colonnes que liste « columns ».',
  },
  ROWS_REFUSED: {
    title: 'Des lignes contiennent des valeurs qui ne peuvent pas être reprises exactement',
    next: 'Corrigez les lignes que liste « violations » ; rien du fichier n’a été importé.',
  },
  DATES_AMBIGUOUS: {
    title: 'Les dates du fichier peuvent se lire de deux façons',
    next: 'Exportez les dates en ISO 8601 (2025-04-01T00:00:00Z).',
  },
  SCOPE_EXISTS: {
    title: 'Le fichier contient un périmètre déjà importé',
    next: 'Importez-le avec --replace s’il rectifie ces périmètres ; seuls ceux que liste « scopes » sont remplacés.',
  },
  SOURCE_INVALID: {
    title: 'Le nom d’une source n’est pas permis',
    next: 'Nommez ce qui a mesuré en 1 à 64 caractères, par exemple vcenter ou licence-desk.',
  },
  DISK_FULL: {
    title: 'Il n’y a plus de place pour écrire',
    next: 'Libérez de la place sur le disque du dossier du nœud et de sa base de données, puis recommencez ; rien n’a changé.',
  },
  AMOUNT_TOO_LARGE: {
    title: 'Une quantité ou un coût totalise plus de 20 chiffres avant la virgule',
    next: 'Cherchez une quantité, un coût ou un prix beaucoup trop grand et corrigez-le à la source ; rien n’a changé.',
  },
  REFERENCES_FILE_INVALID: {
    title: 'Le fichier des référentiels n’est pas valide',
    next: 'Corrigez ce que liste « errors », avec ligne ou endroit et colonne ; rien du fichier n’a été pris.',
  },
  REFERENCE_NOT_FOUND: {
    title: 'L’entité n’a pas cette référence',
    next: 'prorata entity references list montre les codes ; le détail nomme le plus proche s’il y en a un.',
  },
  REFERENCE_RESERVED: {
    title: 'Le code est réservé',
    next: 'UNALLOCATED et TAX sont au programme : ils ne peuvent être ni importés, ni désactivés, ni rattachés.',
  },
  GROUP_REFERENCE_UNKNOWN: {
    title: 'Le groupe n’a pas cette référence active',
    next: 'Reprenez les référentiels du groupe (prorata entity references pull) ou rattachez à l’un des codes qu’il a.',
  },
  REFERENCES_PULL_REFUSED: {
    title: 'Le groupe n’a pas donné ses référentiels',
    next: 'Lisez le détail ; les référentiels d’avant restent. Réessayez quand le nœud du groupe répond.',
  },
  MAPPING_CHANGED_MEANWHILE: {
    title: 'Le mapping n’est plus celui qui a été lu',
    next: 'Relisez le mapping, faites-y le changement, et envoyez-le avec l’empreinte de ce qui a été lu.',
  },
  MAPPING_VERSION_NOT_FOUND: {
    title: 'Cette version du mapping n’existe pas',
    next: 'prorata entity mapping history liste les versions.',
  },
  SUGGESTION_NOT_FOUND: {
    title: 'Cette suggestion n’existe pas',
    next: 'Listez de nouveau les suggestions (prorata entity mapping suggest) et nommez-en une par son numéro ou son identifiant.',
  },
  PRODUCT_AMBIGUOUS: {
    title: 'Un produit aurait deux unités, domaines ou familles',
    next: 'Donnez un produit à part (« set: product ») aux charges qui diffèrent, dans les règles que nomme « products ».',
  },
  MAPPING_INVALID: {
    title: 'Le fichier de mapping n’est pas valide',
    next: 'Corrigez mapping.yaml aux endroits que liste « errors ».',
  },
  NO_CONSUMPTION: {
    title: 'Le mois n’a aucune consommation',
    next: 'Importez d’abord les factures du mois (prorata entity import focus).',
  },
  RUN_NOT_CONSERVED: {
    title: 'Les faits n’égalent pas la consommation',
    next: 'Rien n’a changé. Signalez les chiffres du détail : c’est une faute du programme.',
  },
  NO_RUN: {
    title: 'Aucune exécution du mois n’a abouti',
    next: 'Calculez d’abord le mois (prorata entity run).',
  },
  RUN_OUTDATED: {
    title: 'Ce dont le mois est calculé a changé depuis sa dernière exécution',
    next: 'Calculez de nouveau le mois et voyez son rapport, puis clôturez ou publiez-le ; « changed » nomme ce qui a changé.',
  },
  RANGE_TOO_LONG: { title: 'La plage compte trop de mois', next: 'Demandez au plus 120 mois à la fois.' },
  NO_BATCH: {
    title: 'Il n’y a aucun lot à poursuivre',
    next: 'Nommez les mois à calculer : prorata entity run 2025-01..2025-12.',
  },
  BATCH_NOT_FOUND: {
    title: 'Ce lot n’existe pas',
    next: 'Listez les lots (prorata entity runs batches) et demandez l’un d’eux.',
  },
  RUN_NOT_FOUND: {
    title: 'Cette exécution n’existe pas',
    next: 'prorata entity runs liste les exécutions et leurs identifiants.',
  },
  RULES_INVALID: {
    title: 'Les règles indirectes ne sont pas valides',
    next: 'Corrigez les règles aux pointeurs JSON que liste « errors » ; rien n’a été enregistré.',
  },
  RULE_NOT_FOUND: {
    title: 'Cette règle indirecte n’existe pas',
    next: 'prorata entity rules list montre les règles et leurs versions.',
  },
  RULE_STATUS: {
    title: 'L’état de la version de la règle ne le permet pas',
    next: 'Seul un brouillon se publie, et seule une version publiée s’archive ; importez la règle changée pour la version suivante.',
  },
  CHAIN_LOOPS: {
    title: 'Des pools se transmettent de l’argent en boucle',
    next: 'Rompez la boucle que liste « loop », ou mettez « loops: step-down » ou « loops: reciprocal » à toutes ses règles, avec une sortie.',
  },
  CHAIN_BACKWARDS: {
    title: 'Un pool reçoit de l’argent après avoir été vidé',
    next: 'Donnez à la règle qui vide le pool qui reçoit un ordre plus grand qu’à celle qui lui transmet.',
  },
  POOL_UNKNOWN: {
    title: 'Une règle indirecte nomme un pool que le mapping n’a pas',
    next: 'Ajoutez le pool à mapping.yaml, ou corrigez la règle.',
  },
  TARGET_UNKNOWN: {
    title: 'Une règle indirecte nomme des applications que l’entité n’a pas',
    next: 'Corrigez les applications que liste « applications », ou importez-les d’abord comme références.',
  },
  INDIRECT_PRODUCT_UNKNOWN: {
    title: 'Une règle indirecte répartit un produit que l’entité n’a pas, ou qui n’a pas de domaine',
    next: 'Importez le produit avec son unité et son domaine (prorata entity references import), ou corrigez la règle.',
  },
  DRIVER_WITHOUT_WEIGHTS: {
    title: 'L’inducteur d’une règle indirecte n’a pas de poids pour le mois',
    next: 'Importez l’inducteur pour le mois (prorata entity import drivers), ou donnez à la règle un repli.',
  },
  COEFFICIENTS_MISS_TOTAL: {
    title: 'Les coefficients n’atteignent pas le total que dit leur règle',
    next: 'Importez des coefficients qui l’atteignent, ou omettez « total » : ils sont alors ramenés à 1, et l’exécution le dit.',
  },
  DRIVER_EXISTS: {
    title: 'Le fichier contient des mois d’un inducteur déjà importés',
    next: 'Importez-le avec --replace s’il les rectifie ; seuls les mois que liste « scopes » sont remplacés.',
  },
  NOT_JOINED: {
    title: 'L’entité n’a rejoint aucun groupe',
    next: 'Envoyez enrolment.json au groupe, puis prenez son admission (prorata entity join).',
  },
  ADMISSION_REFUSED: {
    title: 'L’admission ne peut pas être acceptée',
    next: 'Demandez au groupe l’admission qui répond à enrolment.json de ce nœud ; « reason » dit ce qui ne va pas.',
  },
  ALREADY_JOINED: {
    title: 'L’entité appartient déjà à un autre groupe',
    next: 'Un nœud d’entité publie vers un seul groupe ; faites un autre nœud pour un autre groupe.',
  },
  DOMAIN_UNMAPPED: {
    title: 'Des domaines du mois ne sont pas dans les référentiels du groupe',
    next: 'Renommez dans mapping.yaml (domains) les domaines que liste « domains », recalculez le mois, puis publiez.',
  },
  BUNDLE_REFUSED: {
    title: 'Les faits ne suivent pas le contrat avec le groupe',
    next: 'Corrigez ce que liste « violations » à la source ou dans mapping.yaml, recalculez le mois, puis publiez.',
  },
  PUSH_REFUSED: {
    title: 'Le groupe n’a pas pris la publication',
    next: 'La publication est gardée. Lisez la réponse dans « answer », puis publiez de nouveau avec --push : les mêmes octets partent.',
  },
  PUSH_UNANSWERED: {
    title: 'Le groupe n’a pas répondu',
    next: 'La publication attend et peut repartir à tout moment : prorata entity publications push, ou une tâche d’un nœud qui sert.',
  },
  GROUP_ADDRESS_UNKNOWN: {
    title: 'L’admission ne donne aucune adresse du nœud du groupe',
    next: 'Poussez avec une adresse (prorata entity publish MOIS --push URL), ou remettez le fichier autrement.',
  },
  TIE_OUT_INVALID: {
    title: 'Le fichier du rapprochement n’est pas valide',
    next: 'Corrigez tie-out.yaml aux endroits que liste « errors » ; sans ce fichier valent les réglages d’un nouveau nœud.',
  },
  CURSOR_INVALID: {
    title: 'L’endroit d’où poursuivre n’a été donné par aucune page',
    next: 'Redonnez tel quel le « next » de la page précédente, avec les mêmes filtres ; omettez-le pour la première page.',
  },
  PUBLICATION_NOT_FOUND: {
    title: 'Cette publication n’existe pas',
    next: 'GET /api/finops/publications liste ce qui a été publié.',
  },
  VIEW_INVALID: {
    title: 'Ceci ne nomme aucune Pricing View, ou une vue qui se contredit',
    next: 'Prenez capitales, chiffres, - et _ (STANDARD, STANDARD@2), une devise ISO 4217, et des mois dans leur ordre.',
  },
  VIEW_NOT_FOUND: {
    title: 'Cette Pricing View n’existe pas',
    next: 'prorata entity prices list montre les vues et leurs versions.',
  },
  VIEW_PUBLISHED: {
    title: 'Une Pricing View publiée ne change jamais',
    next: 'Importez les prix sans version : ils deviennent la suivante.',
  },
  VIEW_NOT_PUBLISHED: {
    title: 'La Pricing View est un brouillon',
    next: 'Publiez-la d’abord (prorata entity prices publish).',
  },
  VIEW_ARCHIVED: {
    title: 'La Pricing View est archivée',
    next: 'Prenez une autre version ; une vue archivée ne valorise aucun nouveau mois.',
  },
  VIEW_IN_USE: {
    title: 'Des mois ouverts sont valorisés avec la Pricing View',
    next: 'Donnez les mois que liste « months » à une autre vue (prorata entity prices calendar set), ou clôturez-les.',
  },
  CALENDAR_NOT_SET: {
    title: 'Le calendrier ne dit rien du mois',
    next: 'Rien à faire : la dernière vue publiée valable pour le mois le valorise.',
  },
  VERSION_GAP: {
    title: 'Les versions d’une Pricing View se suivent sans trou',
    next: 'Omettez la version, ou nommez celle que dit le détail.',
  },
  PERIOD_CLOSED: {
    title: 'Le mois est clos',
    next: 'Rouvrez-le avec un motif (prorata entity reopen), ou portez l’écart dans un mois ouvert (prorata entity adjust).',
  },
  PERIOD_LOCKED: {
    title: 'Le mois est verrouillé',
    next: 'Un administrateur peut le rouvrir avec un motif ; sinon prenez un mois ouvert.',
  },
  PERIOD_OPEN: { title: 'Le mois est ouvert', next: 'Clôturez-le d’abord (prorata entity close).' },
  REASON_MISSING: {
    title: 'Un motif est exigé',
    next: 'Dites pourquoi en une phrase : elle est gardée avec le changement et dans le journal d’audit.',
  },
  PERIOD_ADJUSTED: {
    title: 'Des corrections du mois sont portées dans un autre mois',
    next: 'Retirez-les d’abord (prorata entity adjust MOIS --withdraw) : elles compteraient deux fois.',
  },
  NOTHING_WAITING: {
    title: 'Rien n’attend pour le mois',
    next: 'prorata entity periods montre ce qui attend, et pour quel mois.',
  },
  ADJUSTMENT_BACKWARDS: {
    title: 'Une correction se porte dans un mois ultérieur',
    next: 'Nommez un mois ouvert après celui qui est corrigé, ou aucun : le premier ouvert est pris.',
  },
  ADJUSTMENT_NOT_FOUND: {
    title: 'Aucune correction du mois n’est portée',
    next: 'prorata entity periods montre ce qui est porté, et où.',
  },
  ENTITY_NOT_SERVED: {
    title: 'Le nœud ne sert pas l’entité juridique du jeton',
    next: 'Prenez un jeton de l’entité juridique de ce nœud.',
  },
} as const;
