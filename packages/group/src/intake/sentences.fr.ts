import type { Sentences } from '@prorata/platform';

/** Why one bundle is refused: what the contract and the intake find in it. A report has its place and value beside. */
export const INTAKE_SENTENCES: Sentences = [
  ['{}: {*}', '{} : {}'],
  ['{}: {*} (and {} more)', '{} : {} (et {} de plus)'],
  // The archive and its files
  ['The file is empty', 'Le fichier est vide'],
  ['The archive goes on after its end', 'L’archive continue après sa fin'],
  ['The archive cannot be read: {}', 'L’archive est illisible : {}'],
  ['The archive misses {}', 'Il manque à l’archive {}'],
  ['The archive has {} bytes, at most {} are taken', 'L’archive a {} octets, {} au plus sont pris'],
  ['The archive has {} entries, a bundle has {}', 'L’archive a {} fichiers, un envoi en a {}'],
  [
    'The archive holds "{}", which is no file of a bundle',
    'L’archive contient « {} », qui n’est pas un fichier d’envoi',
  ],
  [
    '{} is compressed or encrypted; entries are stored',
    '{} est compressé ou chiffré ; les fichiers d’un envoi ne le sont pas',
  ],
  [
    "The archive's checksum of {} does not belong to its bytes",
    'La somme de contrôle de {} dans l’archive n’est pas celle de ses octets',
  ],
  [
    '{} has SHA-256 {} and {} bytes, the manifest says {} and {}',
    '{} a le SHA-256 {} et {} octets, le manifeste dit {} et {}',
  ],
  ['{} is not a Parquet file (no PAR1 at its end)', '{} n’est pas un fichier Parquet (il ne finit pas par PAR1)'],
  ['{} cannot be read as Parquet: {}', '{} est illisible comme Parquet : {}'],
  ['{} says {} rows, at most {} are read', '{} annonce {} lignes, {} au plus sont lues'],
  ['{} unpacks to {} bytes, at most {} are read', '{} s’étend à {} octets, {} au plus sont lus'],
  // Who sends, and for whom
  ['The manifest: {}', 'Le manifeste : {}'],
  ['The manifest does not fit its schema', 'Le manifeste ne suit pas son schéma'],
  ['No entity is enrolled with the key {}', 'Aucune entité n’est inscrite avec la clé {}'],
  ['The key {} of {} was revoked at {}', 'La clé {} de {} a été révoquée le {}'],
  ['The key {} of {} is valid from {} only', 'La clé {} de {} n’est valide qu’à partir du {}'],
  ['The key {} of {} was valid until {}', 'La clé {} de {} était valide jusqu’au {}'],
  ['The manifest speaks for {*}, not {}', 'Le manifeste parle pour {}, non {}'],
  ['tenant {}', 'le groupe {}'],
  ['entity {}', 'l’entité {}'],
  ['legal entity {}', 'l’entité juridique {}'],
  ['The bundle is from a {} node, this is {}', 'L’envoi vient d’un nœud {}, celui-ci est {}'],
  ['The bundle follows {}; accepted: {}', 'L’envoi suit {} ; sont pris : {}'],
  // Rows
  ['{.} is missing', '{} manque'],
  ['{.} is missing from {}', '{} manque dans {}'],
  ['{.} is not a column of {}', '{} n’est pas une colonne de {}'],
  ['{.} is {}, the contract says {}', '{} est {}, le contrat dit {}'],
  ['{.} is none of {}', '{} n’est aucun de {}'],
  ['{.} is below 1', '{} est inférieur à 1'],
  [
    '{.} is empty, longer than {} characters or holds a control character',
    '{} est vide, plus long que {} caractères ou contient un caractère de contrôle',
  ],
  ['{.} is not the month of the manifest, {}', '{} n’est pas le mois du manifeste, {}'],
  ['{.} is not the entity of the manifest, {}', '{} n’est pas l’entité du manifeste, {}'],
  ['{.} is not an ISO 4217 code of three capital letters', '{} n’est pas un code ISO 4217 de trois capitales'],
  ['{.} is not the Pricing View of the manifest, {}', '{} n’est pas la Pricing View du manifeste, {}'],
  [
    '{.} is given although the manifest names no Pricing View',
    '{} est donné alors que le manifeste ne nomme aucune Pricing View',
  ],
  ['{.} is not listed in {} ({} rows use it)', '{} n’est pas dans {} ({} lignes l’emploient)'],
  ['the INDIRECT shares of {}, {}, {} add up to {}, not to 1', 'les parts INDIRECT de {}, {}, {} font {}, et non 1'],
  ['{} rows share one grain, the first is row {}: {}', '{} lignes ont le même grain, la première est la ligne {} : {}'],
  [
    'rule {} fills {}, {}, of which there is no INDIRECT fact',
    'la règle {} remplit {}, {}, dont il n’y a aucun fait INDIRECT',
  ],
  [
    'The codes of one fact are too long together to be told apart from others',
    'Les codes d’un fait sont ensemble trop longs pour le distinguer des autres',
  ],
  // Totals
  ['{} has {} rows, the manifest says {}', '{} a {} lignes, le manifeste dit {}'],
  ['{} has {} rows and no total in the manifest', '{} a {} lignes et aucun total dans le manifeste'],
  ['{} has a total in the manifest and no row', '{} a un total dans le manifeste et aucune ligne'],
  ['{.} is {~}, the manifest says {~}', '{} est {}, le manifeste dit {}'],
  ['absent', 'absent'],
  [
    'A sum of the facts has more than 20 digits before the point',
    'Une somme des faits a plus de 20 chiffres avant la virgule',
  ],
  // What stands in the group
  [
    'The domain {} is no reference of the group; {} rows name it',
    'Le domaine {} n’est pas dans les référentiels du groupe ; {} lignes le nomment',
  ],
  ['The product {} {*} of the group; {} rows name it', 'Le produit {} {} du groupe ; {} lignes le nomment'],
  ['maps to no reference', 'n’est rattaché à aucun référentiel'],
  ['maps to {}, which is no reference in force', 'est rattaché à {}, qui n’est pas un référentiel en vigueur'],
  ['Revision {} of {} was superseded by revision {}', 'La révision {} de {} a été remplacée par la révision {}'],
  [
    '{} stands at revision {}, so revision {} is next, not {}',
    '{} en est à la révision {} : la révision {} est la suivante, non {}',
  ],
  [
    'Revision {} of {} supersedes {~}; what stands is {~}',
    'La révision {} de {} remplace {} ; ce qui est en vigueur est {}',
  ],
  ['nothing', 'rien'],
  ['{} is active from {~} to {~}, not in {}', '{} est attendue de {} à {}, non en {}'],
  ['any month', 'tout mois'],
  ['The group has locked {}', 'Le groupe a verrouillé {}'],
  ['The group has locked {}: {}', 'Le groupe a verrouillé {} : {}'],
];
