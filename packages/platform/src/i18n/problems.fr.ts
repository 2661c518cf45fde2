/** What the platform refuses, in French. The codes and the English words stand in the problem tables of its folders. */
export const PLATFORM_FRENCH = {
  MISSING_TENANT_CONTEXT: {
    title: 'La demande ne vient pas d’une session valide et ne porte pas de jeton',
    next: 'Reconnectez-vous, ou envoyez « Authorization: Bearer <jeton> » avec un jeton de ce nœud (prorata token).',
  },
  SIGN_IN_REFUSED: {
    title: 'La connexion a été refusée',
    next: 'Demandez au nœud un nouveau lien ou un nouveau jeton ; un code ne sert qu’une fois, pendant quelques minutes.',
  },
  SIGN_IN_WITHOUT_ROLE: {
    title: 'Votre organisation ne vous donne aucun rôle ici',
    next: 'Faites-vous ajouter à l’un des groupes ou rôles que liste role_map de prorata.yaml, puis reconnectez-vous.',
  },
  IDENTITY_PROVIDER_UNAVAILABLE: {
    title: 'Le fournisseur d’identité ne répond pas',
    next: 'Réessayez dans un moment ; le journal du nœud en dit la cause. Qui est connecté le reste.',
  },
  LOGOUT_TOKEN_INVALID: {
    title: 'Le jeton de déconnexion ne tient pas',
    next: 'Envoyez, dans les dix minutes, le jeton que le fournisseur configuré a signé pour ce client.',
  },
  EMBEDDED_ISSUER_OFF: {
    title: 'Ce nœud n’émet pas de jetons lui-même',
    next: 'Connectez-vous avec le compte de votre organisation, ou prenez un jeton du fournisseur que nomme prorata.yaml.',
  },
  TENANT_SUSPENDED: {
    title: 'Le compte du groupe n’est pas actif',
    next: 'Réglez la facturation du groupe auprès de la plateforme, puis reconnectez-vous ou demandez un nouveau jeton.',
  },
  MODULE_DISABLED: {
    title: 'Ce module n’est pas activé pour le groupe',
    next: 'Faites activer le module, puis reconnectez-vous ou demandez un nouveau jeton.',
  },
  FORBIDDEN: {
    title: 'Votre rôle ne le permet pas',
    next: 'Connectez-vous avec l’un des rôles que liste « roles », ou prenez un jeton qui en porte un.',
  },
  CSRF_REFUSED: {
    title: 'La demande ne vient pas de la page qui tient la session',
    next: 'Rechargez la page et recommencez ; un programme envoie du JSON ou l’en-tête « X-Requested-With » depuis la même origine.',
  },
  ENVIRONMENT_MISMATCH: {
    title: 'Le jeton est celui d’un autre déploiement',
    next: 'Prenez un jeton du même déploiement : la production et le test ne se mélangent pas.',
  },
  LEGAL_ENTITY_REQUIRED: {
    title: 'Une écriture demande une entité juridique',
    next: 'Prenez un jeton qui porte legal_entity_id.',
  },
  UNKNOWN_COUNTRY: {
    title: 'Le code pays du jeton est inconnu',
    next: 'Prenez un jeton dont country_code est un code ISO 3166-1 de deux lettres.',
  },
  FORBIDDEN_FIELD: {
    title: 'Le corps nomme un champ que seul le jeton peut fixer',
    next: 'Retirez tenant_id, legal_entity_id et country_code du corps : ils viennent du jeton.',
  },
  VALIDATION_FAILED: {
    title: 'La demande n’a pas la forme attendue',
    next: 'Corrigez les endroits que liste « errors » ; /openapi.json décrit la demande attendue.',
  },
  BODY_UNREADABLE: {
    title: 'Le contenu envoyé est illisible',
    next: 'Envoyez un seul document JSON complet, en UTF-8, d’au plus 64 niveaux, chaque membre une fois, les grands nombres en texte.',
  },
  REQUEST_UNREADABLE: {
    title: 'La demande n’est pas du HTTP valide',
    next: 'Envoyez une demande HTTP/1.1 bien formée.',
  },
  MONTH_INVALID: {
    title: 'Ce n’est pas un mois',
    next: 'Écrivez les mois AAAA-MM, de 1900-01 à 2199-12, par exemple 2025-07, le premier avant le dernier.',
  },
  IDEMPOTENCY_KEY_REQUIRED: {
    title: 'Cette écriture demande une clé d’idempotence',
    next: 'Envoyez l’en-tête « Idempotency-Key » avec un nouvel UUID, et le même pour répéter la demande.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    title: 'La clé d’idempotence a servi à une autre demande',
    next: 'Prenez une nouvelle clé pour une nouvelle demande (une page se recharge), ou répétez la première telle quelle.',
  },
  NOT_FOUND: {
    title: 'Il n’y a rien à cette adresse',
    next: 'Vérifiez l’adresse et les codes qu’elle contient ; /openapi.json liste les adresses.',
  },
  METHOD_NOT_ALLOWED: {
    title: 'L’adresse ne répond pas à cette méthode',
    next: 'Prenez l’une des méthodes que liste « allow ».',
  },
  PAYLOAD_TOO_LARGE: {
    title: 'Le contenu envoyé est trop volumineux',
    next: 'Envoyez-en moins à la fois ; « limit_bytes » est le plus que cette adresse prend.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    title: 'Ce type de contenu n’est pas pris ici',
    next: 'Envoyez l’un des types que liste « accepted ».',
  },
  RATE_LIMITED: {
    title: 'Trop de demandes à la fois',
    next: 'Attendez quelques secondes (« Retry-After » dit combien), puis réessayez.',
  },
  HEADERS_TOO_LARGE: {
    title: 'Les en-têtes sont trop grands',
    next: 'Envoyez au plus 16 Kio d’en-têtes ; l’adresse et les cookies en font partie.',
  },
  INTERNAL: {
    title: 'Le service a échoué',
    next: 'Signalez la référence : le journal du nœud en dit la cause. Répéter la demande avec la même clé est sans risque.',
  },
  TENANT_MODE_MISMATCH: {
    title: 'Le mode du groupe dans le jeton contredit la base de données atteinte',
    next: 'Rien n’a été fait. Corrigez le registre des groupes du nœud, ou l’émetteur du jeton.',
  },
  DATABASE_UNAVAILABLE: {
    title: 'La base de données ne répond pas',
    next: 'Réessayez dans quelques secondes, avec la même clé d’idempotence.',
  },
  NOT_READY: {
    title: 'Le nœud n’est pas prêt',
    next: 'Attendez que /health/ready réponde 200 ; « checks » dit ce qui manque.',
  },
  KEY_FILE_EXPOSED: {
    title: 'Une clé privée est lisible par d’autres',
    next: 'Réservez le fichier à son propriétaire (chmod 600), et remplacez la clé si d’autres ont pu la lire.',
  },
  KEY_FILE_UNREADABLE: {
    title: 'Le fichier de clé du nœud est illisible',
    next: 'Restaurez le fichier d’une copie ; sans lui, le nœud fait une nouvelle clé, ce qui met fin à chaque session et jeton.',
  },
  AUDIT_CHECKPOINT_INVALID: {
    title: 'Un point de contrôle du journal d’audit n’est pas signé par ce nœud',
    next: 'Restaurez audit/checkpoints.jws d’une copie ; un point de contrôle douteux ne prouve rien.',
  },
  AUDIT_CHAIN_BROKEN: {
    title: 'Le journal d’audit a été altéré',
    next: 'Gardez la base de données telle quelle, comparez au dernier point de contrôle et prévenez qui est chargé de l’audit.',
  },
} as const;

export const DATABASE_FRENCH = {
  EMBEDDED_DATABASE_UNAVAILABLE: {
    title: 'Le PostgreSQL embarqué n’est pas disponible',
    next: 'Lisez le journal que nomme le détail, ou donnez dans DATABASE_URL un PostgreSQL 15 ou plus récent.',
  },
  DATABASE_TOO_OLD: { title: 'PostgreSQL est trop ancien', next: 'Prenez PostgreSQL 15 ou plus récent.' },
  DATABASE_NEWER_THAN_CODE: {
    title: 'Une version plus récente a migré la base de données',
    next: 'Lancez la version de Prorata qui l’a migrée, ou une plus récente ; rien n’a changé.',
  },
  MIGRATION_CHANGED: {
    title: 'Une migration déjà exécutée a été modifiée',
    next: 'Restaurez le fichier publié et mettez le changement dans une nouvelle migration.',
  },
  ROLE_TOO_POWERFUL: {
    title: 'L’application prendrait un rôle qui échappe à la sécurité au niveau des lignes',
    next: 'Laissez le nœud créer ses rôles (l’URL demande CREATEROLE), ou retirez SUPERUSER et BYPASSRLS au rôle.',
  },
  DATABASE_OF_ANOTHER_NODE: {
    title: 'La base de données est celle d’un autre nœud',
    next: 'Donnez à chaque nœud sa base, dans DATABASE_URL ou dans `database.url` de son prorata.yaml.',
  },
  TENANT_MODE_CHANGED: {
    title: 'Un groupe est tenu autrement que la configuration ne le dit',
    next: 'Restaurez le groupe dans `database.tenants` de prorata.yaml ; pour changer son mode, déplacez d’abord ses lignes.',
  },
  SCOPE_INVALID: {
    title: 'Une transaction a été demandée avec un groupe ou une entité non valide',
    next: 'Signalez-le : un service a passé un périmètre qui n’est ni un UUID ni un code d’entité.',
  },
} as const;

export const NODE_FRENCH = {
  NODE_NOT_FOUND: {
    title: 'Il n’y a pas de nœud dans ce dossier',
    next: 'Nommez le dossier avec --dir, ou faites un nœud avec `prorata group init` ou `prorata entity init`.',
  },
  NODE_EXISTS: {
    title: 'Il y a déjà un nœud dans ce dossier',
    next: 'Choisissez un autre dossier avec --dir ; rien n’a changé.',
  },
  NODE_CONFIG_INVALID: { title: 'prorata.yaml n’est pas valide', next: 'Corrigez les membres que nomme le détail.' },
  NODE_KIND_WRONG: {
    title: 'Le dossier contient un nœud de l’autre sorte',
    next: 'Nommez le dossier du bon nœud avec --dir.',
  },
} as const;

export const JOB_FRENCH = {
  JOB_NOT_FOUND: {
    title: 'Cette tâche n’existe pas',
    next: 'Consultez la liste des tâches (GET /api/jobs, `prorata jobs list`) ; celles qui sont finies partent après quelques semaines.',
  },
  JOB_UNKNOWN: { title: 'Le nœud n’a pas de tâche de ce nom', next: 'Prenez l’un des noms que donne le détail.' },
  JOB_FINISHED: {
    title: 'La tâche est déjà terminée',
    next: 'Consultez son résultat ; pour défaire ce qu’elle a fait, prenez l’annulation ou la correction qui y correspond.',
  },
  JOB_PAYLOAD_INVALID: {
    title: 'La tâche a été demandée avec des champs qu’elle ne prend pas',
    next: 'Corrigez les champs que nomme le détail et demandez de nouveau la tâche.',
  },
  JOB_ABANDONED: {
    title: 'La tâche a été interrompue à plusieurs reprises',
    next: 'Cherchez dans le journal ce qui a arrêté les exécutants (mémoire, redémarrage), puis demandez de nouveau la tâche.',
  },
  JOB_STOPPED: {
    title: 'La tâche a été arrêtée en cours de route',
    next: 'Rien à faire : elle a été annulée, ou reprend dès qu’un exécutant est libre.',
  },
  SCHEDULE_INVALID: {
    title: 'Un horaire de prorata.yaml n’est pas valide',
    next: 'Corrigez l’horaire que nomme le détail : le nom d’une tâche du nœud, et une ligne cron de cinq champs en UTC.',
  },
} as const;

export const EVENT_FRENCH = {
  EVENT_CURSOR_INVALID: {
    title: 'Ce n’est pas une position dans le flux des événements',
    next: 'Redonnez tel quel le « next » d’une réponse, ou omettez « after » pour lire depuis le plus ancien événement conservé.',
  },
  EVENTS_PURGED: {
    title: 'Les événements qui suivent cette position ont été supprimés',
    next: 'Lisez l’état actuel par l’API, puis suivez le flux depuis le plus ancien événement conservé, sans « after ».',
  },
  WEBHOOK_URL_REFUSED: {
    title: 'Le nœud n’envoie pas d’événements à cette adresse',
    next: 'Prenez une adresse https publique, ou listez le réseau sous `webhooks.allow` de prorata.yaml (127.0.0.0/8, 10.20.0.0/16).',
  },
  WEBHOOK_EVENT_UNKNOWN: {
    title: 'Aucun événement ne porte ce nom',
    next: 'Prenez l’un des noms les plus proches, un début tel que ANALYTIC.*, ou * pour tous ; docs/contracts/asyncapi.yaml les liste.',
  },
  WEBHOOK_SECRET_INVALID: {
    title: 'Ce n’est pas un secret de Standard Webhooks',
    next: 'Donnez « whsec_ » et la base64 de 24 à 64 octets tels que le destinataire les a écrits, ou rien : le nœud en fait un.',
  },
  WEBHOOK_LIMIT: {
    title: 'Il y a autant d’abonnements qu’une entité juridique peut en avoir',
    next: 'Supprimez un abonnement devenu inutile.',
  },
  WEBHOOK_SECRET_UNREADABLE: {
    title: 'Le secret d’un abonnement ne peut pas être ouvert',
    next: 'Restaurez keys/webhooks.json du nœud d’une copie, ou faites un nouveau secret avec `prorata events rotate`.',
  },
} as const;

export const PLUGIN_FRENCH = {
  PLUGIN_NOT_FOUND: {
    title: 'Une extension du nœud n’est pas là où prorata.yaml le dit',
    next: 'Corrigez le chemin sous « plugins » de prorata.yaml, ou retirez-le.',
  },
  PLUGIN_INVALID: {
    title: 'Une extension n’est pas conforme à son manifeste',
    next: 'Corrigez plugin.json, le module ou les migrations comme le dit le détail ; rien de l’extension n’a été chargé.',
  },
  PLUGIN_STATEMENT_REFUSED: {
    title: 'Une extension a demandé à la base ce qu’aucune ne peut demander',
    next: 'Une extension lit dans son périmètre et n’écrit que dans ses tables, une instruction simple à la fois.',
  },
  PLUGIN_SCOPE_LEFT: {
    title: 'Une extension a quitté le périmètre qui lui était donné',
    next: 'Rien n’a été répondu ni gardé. Désactivez l’extension et prévenez son auteur.',
  },
  PLUGIN_REFUSED: {
    title: 'L’extension refuse la demande',
    next: 'Le détail et « reason » viennent de l’extension ; sa documentation dit quoi faire.',
  },
} as const;
