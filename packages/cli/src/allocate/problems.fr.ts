/** What `prorata allocate` refuses, in French: the engine's codes stand in the package of the engine. */
export const ALLOCATE_FRENCH = {
  NOT_A_DECIMAL: {
    title: 'Le texte n’est pas un nombre décimal simple',
    next: 'Écrivez des chiffres, avec au besoin un moins devant et un point, sans exposant, espace ni séparateur.',
  },
  NOT_A_WEIGHT: {
    title: 'Le poids n’est ni un nombre décimal simple ni une fraction de deux entiers',
    next: 'Écrivez le poids "12.5" ou "1/3".',
  },
  TOO_MANY_DECIMALS: {
    title: 'Le montant a plus de décimales que son échelle',
    next: 'Augmentez l’échelle (18 au plus) ou arrondissez le montant là d’où il vient.',
  },
  SCALE_OUT_OF_RANGE: {
    title: 'L’échelle n’est pas un entier de 0 à 18',
    next: 'Donnez une échelle de 0 à 18.',
  },
  UNIT_OUT_OF_RANGE: {
    title: 'L’unité d’arrondi n’est pas un nombre positif d’unités de l’échelle',
    next: 'Donnez une unité d’arrondi positive que l’échelle exprime, par exemple 0.05 à l’échelle 2.',
  },
  NO_WEIGHTS: {
    title: 'Il n’y a rien sur quoi répartir',
    next: 'Nommez au moins une clé de poids positif.',
  },
  DUPLICATE_KEY: {
    title: 'La même clé est nommée deux fois',
    next: 'Nommez chaque clé une fois ; additionnez d’abord ses poids.',
  },
  NEGATIVE_WEIGHT: {
    title: 'Un poids est négatif',
    next: 'Donnez des poids nuls ou positifs ; un avoir est un montant négatif.',
  },
  WEIGHTS_TOO_FINE: {
    title: 'Les poids n’ont pas de dénominateur commun d’une longueur supportable',
    next: 'Écrivez les poids en décimaux, ou en fractions d’un même dénominateur.',
  },
  ZERO_WEIGHTS: {
    title: 'Tous les poids sont nuls',
    next: 'Donnez au moins un poids positif, ou nommez un repli ; le montant ne peut pas aller à personne.',
  },
  UNKNOWN_POLICY: {
    title: 'La règle d’arrondi ou de départage est inconnue',
    next: 'L’arrondi est "largest-remainder" ou "floor-to-first" ; le départage "key" ou "position".',
  },
  RULE_INVALID: {
    title: 'La règle de ventilation ne se compile pas',
    next: 'Corrigez la règle à chaque pointeur JSON de « errors ».',
  },
  NOT_CANONICAL: {
    title: 'La valeur n’a pas de forme JSON canonique',
    next: 'N’employez que des valeurs JSON : nombres finis, textes bien formés, tableaux et objets simples.',
  },
  DRIVER_MISSING: {
    title: 'L’inducteur n’a pas de valeurs pour le mois',
    next: 'Importez l’inducteur pour le mois, ou donnez à l’axe une dimension de repli.',
  },
  DRIVER_ZERO: {
    title: 'Tous les poids de l’inducteur sont nuls pour le mois',
    next: 'Corrigez l’inducteur pour le mois, ou donnez à l’axe une dimension de repli.',
  },
  DRIVER_DIMENSION_UNKNOWN: {
    title: 'L’inducteur pèse une dimension que l’axe n’a pas',
    next: 'Créez ou réactivez la dimension, corrigez l’inducteur, ou listez les dimensions dans la règle.',
  },
  CROSS_TOO_LARGE: {
    title: 'La combinaison des axes a trop de parts',
    next: 'Prenez "parallel", listez moins de dimensions, ou relevez la limite.',
  },
  FIXED_AMOUNT_EXCEEDS_SOURCE: {
    title: 'Les montants fixes dépassent le montant à répartir',
    next: 'Baissez les montants fixes de la règle, ou prenez des poids pour des montants de cette taille.',
  },
  CYCLE_INVALID: {
    title: 'Le cycle n’est pas décrit complètement',
    next: 'Nommez une fois chaque centre auxiliaire et principal, et ne donnez prestations et coûts qu’à des centres nommés.',
  },
  CYCLE_NOT_DEPLETABLE: {
    title: 'Des centres auxiliaires ne peuvent jamais être vidés',
    next: 'Faites servir par l’un des centres nommés un centre principal, ou un centre auxiliaire qui le fait.',
  },
  ALLOCATE_NOT_JSON: {
    title: 'Le document n’est pas du JSON',
    next: 'Corrigez le document à la ligne et à la colonne du détail.',
  },
  ALLOCATE_DOCUMENT_INVALID: {
    title: 'Le document ne décrit ni une répartition ni un cycle',
    next: 'Corrigez le membre à `pointer` ; `prorata allocate --help` montre un document de chaque sorte.',
  },
} as const;
