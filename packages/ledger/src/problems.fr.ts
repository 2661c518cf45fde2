/** What the ledger refuses, in French; the codes stand in `problems.ts`. */
export const LEDGER_FRENCH = {
  FEC_NOT_FOUND: { title: 'Le fichier FEC n’existe pas', next: 'Vérifiez le chemin ; rien n’a été importé.' },
  FEC_EMPTY: {
    title: 'Le fichier FEC ne contient aucune ligne',
    next: 'Exportez de nouveau l’exercice ; sans écritures, le fichier ne dit pas de quoi il parle.',
  },
  FEC_ENCODING_BROKEN: {
    title: 'Le fichier n’est pas dans l’encodage que sa marque annonce',
    next: 'Exportez de nouveau le fichier en UTF-8 ou en ISO-8859-15.',
  },
  FEC_HEADER_UNKNOWN: {
    title: 'La première ligne ne nomme pas les colonnes d’un FEC',
    next: 'Exportez un fichier à plat dont la première ligne nomme les champs de l’article A47 A-1 du LPF, séparés par des tabulations ou « | ».',
  },
  FEC_COLUMNS_MISSING: {
    title: 'Des colonnes nécessaires manquent',
    next: 'Exportez de nouveau avec les colonnes que liste « missing » (article A47 A-1 du LPF).',
  },
  FEC_COLUMN_TWICE: {
    title: 'Une colonne figure deux fois',
    next: 'Retirez l’une des colonnes que liste « columns ».',
  },
  FEC_DECIMALS_AMBIGUOUS: {
    title: 'Les montants peuvent se lire de deux façons',
    next: 'Exportez les montants avec un seul signe décimal, sans séparateur de milliers ; « line » dit où est le premier.',
  },
  FEC_DATES_AMBIGUOUS: {
    title: 'Les dates peuvent se lire de deux façons',
    next: 'Exportez les dates en AAAAMMJJ (article A47 A-1 du LPF) ; « line » dit où est la première.',
  },
  FEC_LINE_TOO_LONG: {
    title: 'Une ligne du fichier ne finit pas',
    next: 'Exportez un fichier texte dont les lignes finissent par CR, LF ou CRLF ; une ligne tient en 1 Mio.',
  },
  FEC_CHANGED: {
    title: 'Le fichier a changé pendant sa lecture',
    next: 'Importez-le de nouveau quand plus rien n’y écrit ; rien n’a été importé.',
  },
  UNBALANCED_ENTRY: {
    title: 'Les débits de l’écriture n’égalent pas ses crédits',
    next: 'Corrigez l’écriture en comptabilité générale ; « debit » et « credit » montrent l’écart.',
  },
  PERIOD_LOCKED: {
    title: 'Le mois est verrouillé',
    next: 'Prenez un mois ouvert, ou faites-le déverrouiller là où il a été verrouillé : GET /api/erp/gl/periods dit si c’est en comptabilité générale ou à la main.',
  },
  ENTRY_NOT_FOUND: {
    title: 'La comptabilité n’a pas cette écriture',
    next: 'Vérifiez l’identifiant ; les écritures viennent des événements et de l’API de la comptabilité, ou de fichiers FEC.',
  },
  ENTRY_CONFLICT: {
    title: 'L’écriture contredit une écriture validée',
    next: 'Une écriture validée ne change jamais : corrigez-la en comptabilité par une contre-passation et une nouvelle écriture.',
  },
  ENTITY_NOT_SERVED: {
    title: 'Le nœud ne sert pas cette entité juridique',
    next: 'Prenez une entité juridique de ce nœud.',
  },
  CONFIG_INVALID: {
    title: 'La configuration de la comptabilité n’est pas valide',
    next: 'Corrigez les valeurs que liste « errors » ; rien n’a changé.',
  },
  EVENT_SIGNATURE_INVALID: {
    title: 'L’événement n’est pas signé par une comptabilité connue',
    next: 'Signez avec un secret en cours (`prorata ledger inbox secret`, Standard Webhooks, HMAC-SHA256) et une horloge juste à cinq minutes près.',
  },
  INBOX_SECRETS_INVALID: {
    title: 'Le fichier des secrets de la boîte de réception est inutilisable',
    next: 'Réservez keys/gl-inbox.json à son propriétaire (chmod 600) et corrigez ce que nomme le détail.',
  },
  EVENT_INVALID: {
    title: 'L’événement ne correspond pas à sa description',
    next: 'Corrigez les endroits que liste « errors » ; /openapi.json décrit les événements.',
  },
  EVENT_ID_REUSED: {
    title: 'L’identifiant de l’événement a servi à un autre',
    next: 'Donnez à chaque événement son identifiant, et répétez un événement tel quel.',
  },
  REVERSAL_CONFLICT: {
    title: 'L’écriture est déjà contre-passée par une autre',
    next: 'Une écriture se contre-passe une fois ; comparez « reversed_by » avec la comptabilité générale.',
  },
  PERIOD_STATE_UNCHANGED: {
    title: 'Le mois est déjà dans cet état',
    next: 'Rien n’a changé. Ce que la comptabilité générale a verrouillé s’y déverrouille.',
  },
  GL_API_CONFIG_INVALID: {
    title: 'Le fichier sur l’API de la comptabilité est inutilisable',
    next: 'Réservez keys/gl-api.json à son propriétaire (chmod 600) et corrigez ce que nomme le détail.',
  },
  GL_NOT_CONFIGURED: {
    title: 'Le nœud ne connaît aucune API de la comptabilité',
    next: 'Dites où elle répond : `prorata ledger connect URL --token-file FICHIER` ; aucun redémarrage n’est nécessaire.',
  },
  CURSOR_INVALID: {
    title: 'Le curseur n’est pas celui de cette liste',
    next: 'Redonnez tel quel dans « after » le « next » de la page précédente, ou omettez-le.',
  },
  GL_UNAVAILABLE: {
    title: 'La comptabilité ne répond pas',
    next: 'Réessayez plus tard ; rien n’a changé. « attempts » dit le nombre d’essais.',
  },
  GL_REFUSED: {
    title: 'La comptabilité a refusé la demande',
    next: 'Vérifiez l’adresse, le jeton et les droits de ce nœud à la comptabilité ; « status » est sa réponse.',
  },
  GL_ANSWER_INVALID: {
    title: 'La réponse de la comptabilité ne correspond pas à sa description',
    next: 'Comparez les versions des deux services ; « errors » liste les endroits.',
  },
} as const;
