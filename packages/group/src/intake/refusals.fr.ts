/** Why a bundle is refused, in French: for who governs the group as for who publishes. The codes stand in the contract. */
export const REFUSALS_FRENCH = {
  ARCHIVE_REFUSED: {
    title: 'L’archive n’est pas un envoi',
    next: 'Faites réécrire l’envoi par l’entité : un ZIP de cinq fichiers non compressés, rien avant, entre ni après.',
  },
  MANIFEST_UNREADABLE: {
    title: 'Le manifeste est illisible',
    next: 'Faites réécrire l’envoi par l’entité : manifest.jws est un JWS en JSON aplati, selon le schéma du contrat.',
  },
  KEY_UNKNOWN: {
    title: 'La clé de signature est inconnue',
    next: 'Inscrivez l’entité avec cette clé, ou faites-la succéder à la précédente par une déclaration signée de celle-ci.',
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
  ENVIRONMENT_MISMATCH: {
    title: 'Le test et la production ne se mélangent pas',
    next: 'Publiez depuis un nœud du même déploiement que le groupe (production ou test).',
  },
  CONTRACT_VERSION_UNSUPPORTED: {
    title: 'Cette version du contrat n’est pas prise',
    next: 'Publiez avec une version que le groupe prend actuellement.',
  },
  FILE_DIGEST_MISMATCH: {
    title: 'Un fichier n’est pas celui qui a été signé',
    next: 'Redemandez l’envoi à l’entité : un fichier a été modifié après signature.',
  },
  SCHEMA_VIOLATION: {
    title: 'Un fichier ne suit pas le contrat',
    next: 'Corrigez à la source les lignes et colonnes nommées, recalculez le mois et publiez-le de nouveau.',
  },
  GRAIN_DUPLICATE: {
    title: 'Deux lignes ont le même grain',
    next: 'Additionnez avant publication les lignes de même grain ; une valeur absente compte pour une valeur.',
  },
  REFERENCE_UNKNOWN: {
    title: 'Un code n’est pas dans les référentiels du groupe',
    next: 'Rattachez le code à un référentiel que le groupe publie, ou faites-l’y ajouter par le groupe.',
  },
  TOTALS_MISMATCH: {
    title: 'Les totaux ne sont pas ceux des lignes',
    next: 'Faites calculer les totaux sur les faits mêmes que l’envoi contient.',
  },
  ENTITY_INACTIVE: {
    title: 'L’entité n’est pas attendue pour ce mois',
    next: 'Faites reprendre par le groupe les publications de l’entité pour ce mois.',
  },
  PERIOD_LOCKED: {
    title: 'Le groupe a verrouillé ce mois',
    next: 'Portez la correction dans le premier mois ouvert (adjusts_month), ou faites rouvrir ce mois par le groupe.',
  },
  REVISION_CONFLICT: {
    title: 'La révision ne suit pas celle qui est en vigueur',
    next: 'Publiez la révision qui suit celle en vigueur, et nommez dans supersedes l’empreinte du manifeste remplacé.',
  },
} as const;
