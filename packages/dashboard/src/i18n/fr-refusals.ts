/** Ce qu’un refus du nœud veut dire, et ce qu’il reste à faire. */
export interface RefusalWords {
  readonly title: string;
  readonly next?: string;
}

/**
 * Les refus qu’une page peut recevoir, par leur code (docs/errors.md : platform, contract, group). Le nœud les dit en anglais ; un code
 * absent d’ici garde les mots du nœud, marqués comme anglais.
 */
export const refusalsFr: Readonly<Record<string, RefusalWords>> = {
  // Toute demande
  MISSING_TENANT_CONTEXT: { title: 'La demande ne vient pas d’une session valide', next: 'Reconnectez-vous.' },
  SIGN_IN_REFUSED: {
    title: 'La connexion a été refusée',
    next: 'Demandez au nœud un nouveau lien ou un nouveau jeton ; un code ne sert qu’une fois, pendant quelques minutes.',
  },
  SIGN_IN_WITHOUT_ROLE: {
    title: 'Votre organisation ne vous donne aucun rôle ici',
    next: 'Demandez à être ajouté à l’un des groupes ou rôles que le nœud reconnaît, puis reconnectez-vous.',
  },
  IDENTITY_PROVIDER_UNAVAILABLE: {
    title: 'Le service d’identité de votre organisation ne répond pas',
    next: 'Réessayez dans un moment. Les sessions ouvertes le restent.',
  },
  EMBEDDED_ISSUER_OFF: {
    title: 'Ce nœud n’émet pas de jetons lui-même',
    next: 'Connectez-vous avec le compte de votre organisation.',
  },
  TENANT_SUSPENDED: {
    title: 'Le compte du groupe n’est pas actif',
    next: 'Réglez la facturation du groupe, puis reconnectez-vous.',
  },
  MODULE_DISABLED: {
    title: 'Ce module n’est pas activé pour le groupe',
    next: 'Faites activer le module, puis reconnectez-vous.',
  },
  FORBIDDEN: { title: 'Votre rôle ne le permet pas', next: 'Connectez-vous avec un rôle qui le permet.' },
  CSRF_REFUSED: {
    title: 'La demande ne vient pas de la page qui tient la session',
    next: 'Rechargez la page et recommencez.',
  },
  ENVIRONMENT_MISMATCH: {
    title: 'Test et production ne se mélangent pas',
    next: 'Prenez un jeton, ou publiez depuis un nœud, du même déploiement que le groupe.',
  },
  VALIDATION_FAILED: { title: 'La demande n’a pas la forme attendue', next: 'Corrigez les endroits indiqués.' },
  BODY_UNREADABLE: { title: 'Le contenu envoyé est illisible', next: 'Rechargez la page et recommencez.' },
  MONTH_INVALID: {
    title: 'Ce n’est pas un mois',
    next: 'Choisissez des mois entre janvier 1900 et décembre 2199, le premier avant le dernier.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    title: 'Cette demande en répète une autre sous la même clé',
    next: 'Rechargez la page et recommencez.',
  },
  NOT_FOUND: { title: 'Il n’y a rien à cette adresse', next: 'Vérifiez l’adresse et les codes qu’elle contient.' },
  PAYLOAD_TOO_LARGE: { title: 'Le fichier est trop volumineux', next: 'Envoyez-en moins à la fois.' },
  UNSUPPORTED_MEDIA_TYPE: {
    title: 'Ce type de fichier n’est pas pris ici',
    next: 'Choisissez un fichier CSV ou JSON.',
  },
  RATE_LIMITED: { title: 'Trop de demandes à la fois', next: 'Attendez quelques secondes, puis réessayez.' },
  HEADERS_TOO_LARGE: {
    title: 'L’adresse ou les cookies sont trop longs',
    next: 'Retirez des filtres, puis réessayez.',
  },
  INTERNAL: {
    title: 'Le nœud a échoué',
    next: 'Signalez la référence à qui exploite le nœud : son journal en dit la cause. Recommencer est sans risque.',
  },
  DATABASE_UNAVAILABLE: { title: 'La base de données ne répond pas', next: 'Réessayez dans quelques secondes.' },
  NOT_READY: { title: 'Le nœud n’est pas prêt', next: 'Réessayez dans quelques secondes.' },

  // Pourquoi un envoi est refusé
  ARCHIVE_REFUSED: { title: 'L’archive n’est pas un envoi', next: 'Faites réécrire l’envoi par l’entité.' },
  MANIFEST_UNREADABLE: { title: 'Le manifeste est illisible', next: 'Faites réécrire l’envoi par l’entité.' },
  KEY_UNKNOWN: {
    title: 'La clé de signature est inconnue',
    next: 'Inscrivez l’entité avec cette clé, ou faites-la succéder à la précédente.',
  },
  KEY_REVOKED: {
    title: 'La clé de signature n’était pas valide à la réception',
    next: 'Faites signer l’envoi avec une clé valide ; inscrivez-la si elle est nouvelle.',
  },
  SIGNATURE_INVALID: {
    title: 'La signature ne tient pas',
    next: 'Redemandez l’envoi à l’entité : il a été modifié après signature, ou signé d’une façon qui n’est pas prise.',
  },
  ENTITY_MISMATCH: {
    title: 'L’envoi parle au nom d’une autre entité',
    next: 'Faites-le passer par l’entité qu’il nomme, signé avec une clé de celle-ci.',
  },
  CONTRACT_VERSION_UNSUPPORTED: {
    title: 'Cette version du contrat n’est pas prise',
    next: 'Faites publier avec une version que le groupe prend actuellement.',
  },
  FILE_DIGEST_MISMATCH: {
    title: 'Un fichier n’est pas celui qui a été signé',
    next: 'Redemandez l’envoi à l’entité : un fichier a été modifié après signature.',
  },
  SCHEMA_VIOLATION: {
    title: 'Un fichier ne suit pas le contrat',
    next: 'Faites corriger à la source les lignes et colonnes nommées, puis publier de nouveau.',
  },
  GRAIN_DUPLICATE: {
    title: 'Deux lignes ont le même grain',
    next: 'Faites additionner avant publication les lignes de même grain ; une valeur absente compte pour une valeur.',
  },
  REFERENCE_UNKNOWN: {
    title: 'Un code n’est pas dans les référentiels du groupe',
    next: 'Faites rattacher le code à un référentiel publié, ou ajoutez-le aux référentiels.',
  },
  TOTALS_MISMATCH: {
    title: 'Les totaux ne sont pas ceux des lignes',
    next: 'Faites calculer les totaux sur les faits mêmes que l’envoi contient.',
  },
  ENTITY_INACTIVE: {
    title: 'L’entité n’est pas attendue pour ce mois',
    next: 'Reprenez les publications de l’entité pour ce mois.',
  },
  PERIOD_LOCKED: {
    title: 'Le groupe a verrouillé ce mois',
    next: 'La correction va dans le premier mois ouvert ; ou rouvrez ce mois.',
  },
  REVISION_CONFLICT: {
    title: 'La révision ne suit pas celle qui est en vigueur',
    next: 'Faites publier la révision suivante, qui nomme celle qu’elle remplace.',
  },

  // Ce que le groupe rapporte et décide
  TENANT_UNKNOWN: { title: 'Ce nœud sert un autre groupe', next: 'Reconnectez-vous avec un accès à ce groupe.' },
  ACCESS_LOG_FULL: {
    title: 'Les lectures ne peuvent pas être journalisées, aucune n’est donc servie',
    next: 'Qui exploite le nœud regarde sa base de données ; les lectures reprennent ensuite.',
  },
  READER_NOT_GRANTED: {
    title: 'Le groupe n’a pas ouvert sa lecture à cette entité',
    next: 'Demandez au groupe d’ouvrir la lecture à l’entité.',
  },
  ENTITY_UNKNOWN: { title: 'L’entité n’est pas inscrite', next: 'Inscrivez l’entité, ou corrigez son code.' },
  REFERENCES_INVALID: {
    title: 'Le fichier des référentiels n’est pas valide',
    next: 'Corrigez les endroits indiqués, puis importez de nouveau.',
  },
  RATES_INVALID: {
    title: 'Le fichier des taux n’est pas valide',
    next: 'Prenez le fichier de la Banque centrale européenne tel quel ; la ligne indiquée est celle où la lecture s’est arrêtée.',
  },
  DRILLDOWN_PATH_INVALID: {
    title: 'L’exploration saute un niveau',
    next: 'Allez de l’entité au domaine, puis à l’application.',
  },
  CODE_UNKNOWN: {
    title: 'Rien dans le groupe ne porte ce code',
    next: 'Corrigez les codes nommés : la recherche et les filtres donnent ceux qui existent.',
  },
  CURRENCY_UNKNOWN: {
    title: 'Le groupe n’a pas de taux pour cette devise',
    next: 'Choisissez une devise de la liste, ou importez des taux qui la contiennent.',
  },
  CURSOR_INVALID: { title: 'La suite de cette liste est introuvable', next: 'Rechargez la page.' },
  BRIDGE_INVALID: {
    title: 'Il faut deux côtés différents',
    next: 'Choisissez deux mois, ou deux entités, qui ne sont pas les mêmes.',
  },
  FACT_NOT_FOUND: { title: 'Aucun fait n’est à cet endroit', next: 'Repartez de la liste des produits.' },
  REFERENCE_PRICES_UNKNOWN: {
    title: 'Ces prix de référence n’existent pas',
    next: 'Choisissez la moyenne, une entité ou une vue de référence importée.',
  },
  EXPORTS_BUSY: {
    title: 'Le nœud écrit déjà autant de fichiers qu’il le peut',
    next: 'Réessayez dans une minute, ou restreignez la sélection.',
  },
  PUBLICATION_NOT_FOUND: {
    title: 'Cette publication n’existe pas',
    next: 'La page Publications montre les entités, mois et révisions qui existent.',
  },
  PERIOD_INCOMPLETE: {
    title: 'Toutes les entités actives n’ont pas publié le mois comme clos',
    next: 'Attendez les entités nommées, ou donnez un motif pour verrouiller sans elles.',
  },
  MONTH_RETIRED: {
    title: 'Les faits de ce mois ont quitté la base de données',
    next: 'Choisissez des mois plus récents, ou faites revenir ce mois par qui exploite le nœud.',
  },
  PERIOD_STATE_UNCHANGED: { title: 'Le mois est déjà dans cet état', next: 'Rien n’a changé.' },
  REFERENCE_VERSION_UNKNOWN: {
    title: 'Cette version des référentiels n’existe pas',
    next: 'Choisissez une version de la liste.',
  },
  MONTHS_TOO_MANY: { title: 'La période a trop de mois', next: 'Choisissez une période plus courte.' },
  RATE_SET_UNKNOWN: {
    title: 'Ce jeu de taux n’existe pas',
    next: 'Choisissez un jeu de la liste, ou importez d’abord les taux.',
  },
  CONTRACT_VERSION_UNKNOWN: {
    title: 'Ce logiciel ne lit pas cette version du contrat',
    next: 'Nommez une version qu’il lit ; un logiciel plus récent en lit davantage.',
  },
  TIME_INVALID: { title: 'Ce n’est pas une date', next: 'Choisissez une date du calendrier.' },
  REFERENCE_PRICES_INVALID: {
    title: 'Le fichier des prix de référence n’est pas valide',
    next: 'Corrigez la ligne indiquée : product, unit, currency, unit_price, pour des produits des référentiels.',
  },
  QUARANTINE_NOT_FOUND: { title: 'Cet envoi refusé n’existe pas', next: 'Rechargez la liste des envois refusés.' },
  QUARANTINE_SETTLED: {
    title: 'L’envoi refusé n’est plus là pour être pris',
    next: 'Demandez à l’entité de l’envoyer de nouveau ; le rapport dit pourquoi il a été refusé.',
  },
  SAVED_VIEWS_FULL: {
    title: 'Aucune vue de plus ne peut être enregistrée',
    next: 'Supprimez une vue devenue inutile, ou enregistrez sous un nom existant.',
  },
  SAVED_VIEW_UNKNOWN: { title: 'Cette vue n’existe pas', next: 'Rechargez la liste des vues.' },
};
