/** What the group refuses, in French; the codes stand in `problems.ts`. */
export const GROUP_FRENCH = {
  TENANT_UNKNOWN: {
    title: 'Ce nœud sert un autre groupe',
    next: 'Connectez-vous, ou prenez un jeton, avec un accès au groupe que sert ce nœud.',
  },
  ACCESS_LOG_FULL: {
    title: 'Les lectures ne peuvent pas être journalisées, aucune n’est donc servie',
    next: 'Qui exploite le nœud regarde sa base de données : le journal des accès n’y prend plus de lignes. Les lectures reprennent ensuite.',
  },
  READER_NOT_GRANTED: {
    title: 'Le groupe n’a pas ouvert sa lecture à cette entité',
    next: 'Demandez au groupe de l’ouvrir (prorata group grant <entité> --reader), et prenez un accès entity.reader de cette entité.',
  },
  BUNDLE_UNREADABLE: {
    title: 'Le fichier de l’envoi est illisible',
    next: 'Nommez un fichier existant que cet utilisateur peut lire.',
  },
  ENTITY_UNKNOWN: {
    title: 'L’entité n’est pas inscrite',
    next: 'Inscrivez d’abord l’entité, ou corrigez son code ; le rapport de complétude liste les entités.',
  },
  ENTITY_EXISTS: {
    title: 'L’entité est déjà inscrite',
    next: 'Faites succéder sa clé par une déclaration signée de la précédente, ou révoquez celle-ci et inscrivez la nouvelle.',
  },
  FINGERPRINT_MISMATCH: {
    title: 'L’empreinte n’est pas celle de la clé inscrite',
    next: 'Demandez l’empreinte à qui exploite l’entité par une autre voie que le fichier ; ne la prenez jamais du fichier.',
  },
  ENROLMENT_REFUSED: {
    title: 'L’inscription, ou le changement de clé, ne prouve pas ce qu’elle dit',
    next: 'Faites réécrire la déclaration par l’entité, avec sa propre clé de signature.',
  },
  DEPLOYMENT_MISMATCH: {
    title: 'Le test et la production ne se mélangent pas',
    next: 'Inscrivez un nœud d’entité du même déploiement que le groupe.',
  },
  KEY_NOT_FOUND: { title: 'Cette clé n’est pas inscrite', next: 'Nommez le kid (empreinte) d’une clé inscrite.' },
  REFERENCES_INVALID: {
    title: 'Le fichier des référentiels n’est pas valide',
    next: 'Corrigez les endroits que liste « errors », puis importez de nouveau ; le README du paquet group montre la forme.',
  },
  RATES_INVALID: {
    title: 'Le fichier des taux n’est pas valide',
    next: 'Prenez tel quel le fichier eurofxref-hist.csv de la Banque centrale européenne ; « line » dit où la lecture s’est arrêtée.',
  },
  DRILLDOWN_PATH_INVALID: {
    title: 'L’exploration saute un niveau',
    next: 'Allez de l’entité au domaine, puis à l’application : chaque pas demande ceux qui le précèdent.',
  },
  CODE_UNKNOWN: {
    title: 'Rien dans le groupe ne porte ce code',
    next: 'Corrigez les codes que liste « codes » : la recherche et les filtres donnent ceux qui existent.',
  },
  CURRENCY_UNKNOWN: {
    title: 'Le groupe n’a pas de taux pour cette devise',
    next: 'Choisissez une devise que listent les filtres, ou importez des taux qui la contiennent.',
  },
  CURSOR_INVALID: {
    title: 'La suite de cette liste est introuvable',
    next: 'Rechargez la page, ou redonnez dans « cursor » le « next_cursor » de la page précédente, tel quel et avec les mêmes filtres.',
  },
  BRIDGE_INVALID: {
    title: 'Une comparaison demande deux côtés différents',
    next: 'Choisissez deux mois (from_month, to_month), ou deux entités et des mois.',
  },
  FACT_NOT_FOUND: {
    title: 'Aucun fait n’est à cet endroit',
    next: 'Repartez de la liste des faits : mois, entité, application, domaine, produit, unité, environnement, type et devise en viennent.',
  },
  REFERENCE_PRICES_UNKNOWN: {
    title: 'Ces prix de référence n’existent pas',
    next: 'Choisissez « average » (la moyenne), une entité du groupe ou une vue de référence importée.',
  },
  EXPORTS_BUSY: {
    title: 'Le nœud écrit déjà autant de fichiers qu’il le peut',
    next: 'Réessayez dans une minute, ou restreignez la sélection.',
  },
  PUBLICATION_NOT_FOUND: {
    title: 'Cette publication n’existe pas',
    next: 'La liste des publications nomme les entités, mois et révisions qui existent.',
  },
  PERIOD_INCOMPLETE: {
    title: 'Toutes les entités actives n’ont pas publié le mois comme clos',
    next: 'Attendez les entités que liste « waiting_for », ou donnez un motif pour verrouiller sans elles.',
  },
  MONTHS_NOT_LOCKED: {
    title: 'Des mois ne sont pas verrouillés',
    next: 'Verrouillez les mois que liste « months », ou nommez-en un plus ancien.',
  },
  MONTHS_NOT_ARCHIVED: {
    title: 'Des mois ont encore des envois dans la base de données',
    next: 'Archivez d’abord : prorata group archive --until avec le même mois.',
  },
  MONTH_RETIRED: {
    title: 'Les faits de ce mois ont quitté la base de données',
    next: 'Choisissez des mois plus récents, ou faites revenir ce mois avec prorata group recall.',
  },
  MONTH_NOT_RETIRED: {
    title: 'Les faits du mois sont dans la base de données',
    next: 'Il n’y a rien à faire revenir.',
  },
  PERIOD_STATE_UNCHANGED: { title: 'Le mois est déjà dans cet état', next: 'Rien n’a changé.' },
  REFERENCE_VERSION_UNKNOWN: {
    title: 'Cette version des référentiels n’existe pas',
    next: 'Prenez un numéro de la liste des versions.',
  },
  MONTHS_TOO_MANY: {
    title: 'La période a trop de mois',
    next: 'Choisissez une période plus courte, et le reste dans une autre demande.',
  },
  RATE_SET_UNKNOWN: {
    title: 'Ce jeu de taux n’existe pas',
    next: 'Choisissez un jeu de la liste, ou importez d’abord les taux.',
  },
  CONTRACT_VERSION_UNKNOWN: {
    title: 'Ce logiciel ne lit pas cette version du contrat',
    next: 'Nommez une version qu’il lit ; un logiciel plus récent en lit davantage.',
  },
  TIME_INVALID: {
    title: 'Ce n’est pas un moment',
    next: 'Écrivez-le en UTC selon la RFC 3339, par exemple 2027-01-01T00:00:00Z.',
  },
  REFERENCE_PRICES_INVALID: {
    title: 'Le fichier des prix de référence n’est pas valide',
    next: 'Corrigez la ligne que dit « line » : product, unit, currency, unit_price, pour des produits des référentiels.',
  },
  QUARANTINE_NOT_FOUND: {
    title: 'La quarantaine n’a pas cet envoi',
    next: 'Rechargez la liste des envois refusés, et prenez-y l’identifiant.',
  },
  QUARANTINE_SETTLED: {
    title: 'L’envoi refusé n’est plus là pour être pris',
    next: 'Demandez à l’entité de l’envoyer de nouveau ; le rapport dit pourquoi il a été refusé.',
  },
  PULL_SOURCE_UNKNOWN: {
    title: 'Le groupe n’a pas l’adresse de cette entité',
    next: 'Dites où répond son nœud, avec `prorata group pull-from`.',
  },
  PULL_ADDRESS_INVALID: {
    title: 'Ce n’est pas l’adresse d’un nœud',
    next: 'Nommez http ou https, la machine et le port, et rien de secret, par exemple https://fr01.example',
  },
  PULL_FAILED: {
    title: 'Le nœud de l’entité n’a pas donné ses publications',
    next: 'Le détail dit ce qu’il a répondu ; la collecte suivante reprend où celle-ci s’est arrêtée.',
  },
  INTAKE_FOLDER_UNSAFE: {
    title: 'Un dossier surveillé n’est pas un dossier à part',
    next: 'Remplacez par un dossier le lien ou le fichier que nomme le détail.',
  },
  ARCHIVE_DAMAGED: {
    title: 'Un envoi archivé n’est plus ce qui a été archivé',
    next: 'Restaurez le fichier d’une sauvegarde ; archive/index.json porte son SHA-256. Les faits n’en sont pas touchés.',
  },
  CITUS_NOT_READY: {
    title: 'La base de données n’est pas une grappe Citus où répartir le groupe',
    next: 'Donnez au groupe un coordinateur muni de l’extension citus, ajoutez ses machines (docs/scaling.md), puis répartissez de nouveau.',
  },
  SHARDS_INVALID: {
    title: 'Le nombre de fragments est hors limites',
    next: 'Donnez un entier, de préférence un petit multiple du nombre de machines, ou rien.',
  },
  SAVED_VIEWS_FULL: {
    title: 'Aucune vue de plus ne peut être enregistrée',
    next: 'Supprimez une vue devenue inutile, ou enregistrez sous le nom d’une vue à remplacer.',
  },
  SAVED_VIEW_UNKNOWN: {
    title: 'Cette vue enregistrée n’existe pas',
    next: 'Rechargez la liste des vues ; qui a enregistré une vue la supprime, et qui gouverne le groupe celles qui sont partagées.',
  },
} as const;
