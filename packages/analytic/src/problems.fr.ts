/** What analytic accounting refuses, in French; the codes stand in `problems.ts`. */
export const ANALYTIC_FRENCH = {
  IMMUTABLE_POSTED: {
    title: 'Ce qui est validé ne change jamais',
    next: 'Faites une nouvelle version d’une règle validée, et contre-passez une imputation au lieu de la changer.',
  },
  CODE_TAKEN: {
    title: 'Le code est déjà pris',
    next: 'Prenez un autre code, ou changez ce qui porte celui-ci ; « id » le nomme là où il est visible.',
  },
  DRAFT_EXISTS: {
    title: 'La règle a déjà un brouillon',
    next: 'Changez ou validez le brouillon que nomme « id » ; une règle n’a qu’un brouillon à la fois.',
  },
  CHANGED_MEANWHILE: {
    title: 'Il a changé depuis sa lecture',
    next: 'Relisez-le, et envoyez le changement avec le nouvel ETag dans If-Match.',
  },
  DIMENSION_TREE_INVALID: {
    title: 'Les dimensions d’un axe forment un arbre',
    next: 'Choisissez sur le même axe un parent qui n’est pas sous la dimension.',
  },
  REFERENCE_UNKNOWN: {
    title: 'La demande nomme une chose qui n’existe pas',
    next: 'Créez-la d’abord, ou corrigez le code ou l’identifiant à « pointer ».',
  },
  REFERENCE_INACTIVE: {
    title: 'Un axe ou une dimension n’est pas actif',
    next: 'Activez ce que liste « inactive », ou prenez une règle qui ne le nomme pas.',
  },
  RULE_INVALID: {
    title: 'La règle de ventilation ne se compile pas',
    next: 'Corrigez la règle à chaque pointeur JSON de « errors ».',
  },
  RULE_NOT_POSTED: {
    title: 'Seule une règle validée ventile',
    next: 'Validez d’abord la règle ; un brouillon s’essaie par une simulation.',
  },
  ENTRY_NOT_POSTED: {
    title: 'Seule une écriture validée est ventilée',
    next: 'Validez l’écriture en comptabilité générale ; les brouillons et les écritures contre-passées ne sont jamais ventilés.',
  },
  ENTRY_IS_REVERSAL: {
    title: 'Une écriture qui en contre-passe une autre n’est jamais ventilée elle-même',
    next: 'Rien à faire : l’imputation de l’écriture contre-passée est reprise par la sienne, à la date de la contre-passation.',
  },
  CURRENCY_DIFFERS: {
    title: 'L’écriture n’est pas dans la monnaie de tenue des comptes',
    next: 'Corrigez la monnaie de l’entité juridique ou de l’import ; la balance analytique n’a qu’une monnaie.',
  },
  NOTHING_TO_ALLOCATE: {
    title: 'Il n’y a rien à ventiler',
    next: 'Vérifiez les comptes et journaux de la règle (à-nouveaux et clôture ne sont jamais ventilés), ou le mois du cycle.',
  },
  ALREADY_ALLOCATED: {
    title: 'Une ligne de l’écriture est déjà ventilée sur cet axe',
    next: 'Contre-passez d’abord l’imputation que nomme « posting_id » ; une ligne se ventile une fois par axe.',
  },
  ALREADY_REVERSED: {
    title: 'L’imputation est déjà contre-passée',
    next: 'Rien à faire : « reversed_by » nomme la contre-passation.',
  },
  POSTING_IS_MIRROR: {
    title: 'Une contre-passation n’est jamais contre-passée',
    next: 'Appliquez de nouveau la règle à l’écriture ; les lignes sont libres depuis la contre-passation.',
  },
  MIRROR_TOO_EARLY: {
    title: 'Une contre-passation n’est jamais datée avant ce qu’elle reprend',
    next: 'Omettez la date, ou donnez le jour de l’original ou un jour ultérieur, dans un mois ouvert.',
  },
  DRIVER_UNUSABLE: {
    title: 'L’inducteur ne peut pas pondérer l’axe pour ce mois',
    next: 'Importez l’inducteur pour le mois, corrigez ses dimensions, ou donnez à l’axe de la règle un repli.',
  },
  DRIVER_NOT_COMPUTED: {
    title: 'Rien ne calcule cet inducteur',
    next: 'Donnez ses poids en valeurs, ou faites un inducteur dont « source » nomme ce qu’une extension du nœud calcule.',
  },
  ALLOCATION_IMPOSSIBLE: {
    title: 'La règle ne peut pas être appliquée à cette écriture',
    next: 'Corrigez ce que nomme le détail : l’écriture en comptabilité générale, ou la règle par une nouvelle version.',
  },
  CYCLE_INVALID: {
    title: 'Le cycle ne peut pas être exécuté',
    next: 'Corrigez ce que nomme le détail ; des centres qui ne servent qu’eux-mêmes ne se vident jamais.',
  },
  CYCLE_ALREADY_RUN: {
    title: 'Une autre version du cycle a été exécutée pour ce mois',
    next: 'Annulez d’abord l’exécution que nomme « cycle_run_id ».',
  },
  CYCLE_COSTS_CHANGED: {
    title: 'Des coûts sont arrivés aux centres auxiliaires après le cycle',
    next: 'Annulez l’exécution que nomme « cycle_run_id », puis exécutez de nouveau le cycle ; « centres » liste ce qui est arrivé.',
  },
  CSV_INVALID: {
    title: 'Le CSV est illisible',
    next: 'Corrigez les lignes que liste « errors » ; rien n’a été enregistré.',
  },
  CURSOR_INVALID: {
    title: 'Le curseur n’est pas celui de cette liste',
    next: 'Redonnez tel quel dans « after » le « next » de la page précédente, ou omettez-le.',
  },
} as const;
