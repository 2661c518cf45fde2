/** What the command line refuses, in French; the codes stand in `problems.ts`. */
export const SHELL_FRENCH = {
  USAGE: {
    title: 'La commande n’est pas écrite comme il faut',
    next: 'Ajoutez --help à la commande pour voir ses arguments et un exemple.',
  },
  REVISION_INVALID: {
    title: 'Ce n’est pas une révision',
    next: 'Donnez un entier à partir de 1 ; `prorata group publications` liste les révisions qui existent.',
  },
  PORT_INVALID: {
    title: 'Ce n’est pas un port',
    next: 'Donnez un entier de 0 à 65535 ; 0 prend un port libre.',
  },
  OPTION_INVALID: {
    title: 'La valeur d’une option n’est pas permise',
    next: 'Prenez l’une des valeurs que nomment le détail et --help.',
  },
  FILE_NOT_FOUND: {
    title: 'Le fichier n’existe pas',
    next: 'Vérifiez le chemin ; il part du dossier courant.',
  },
  FILE_SYSTEM_REFUSED: {
    title: 'Un fichier ou un dossier n’a pu être lu ou écrit',
    next: 'Regardez le chemin, ses droits et la place sur son disque, puis relancez la commande : rien n’est resté à moitié fait.',
  },
  KEYS_UNREADABLE: {
    title: 'Le fichier ne contient aucune clé lisible',
    next: 'Donnez un jeu JWK dont les clés portent le membre « entity », ou l’enrolment.json d’une entité.',
  },
  ENTITY_NOT_HERE: {
    title: 'Le nœud ne connaît pas cette entité',
    next: 'Vérifiez le code ; un groupe connaît une entité une fois que `prorata group enrol` l’a prise.',
  },
  NAME_UNKNOWN: {
    title: 'Rien de cette sorte ne porte ce nom',
    next: 'Listez ce qui existe avec le même mot et `list` ; un code, ou un identifiant, nomme une seule chose.',
  },
  NAME_AMBIGUOUS: {
    title: 'Plusieurs choses portent ce nom',
    next: 'Nommez par son identifiant l’une des « candidates », ou dites-en plus : une date pour une écriture, une version pour une règle.',
  },
  DRIVER_FILE_UNCLEAR: {
    title: 'Les colonnes ne disent pas ce que l’inducteur pèse',
    next: 'Nommez la colonne « dimension » pour l’analytique ou « application » pour FinOps, et une seule des deux.',
  },
  FILE_NOT_JSON: {
    title: 'Le fichier n’est pas le document JSON attendu',
    next: 'Corrigez le fichier comme le dit le détail ; --help montre un exemple de la commande.',
  },
  PORT_TAKEN: {
    title: 'Un autre programme écoute sur ce port',
    next: 'Arrêtez-le, ou choisissez un autre port avec --port (0 en prend un libre).',
  },
  BUNDLE_NOT_CONFORMANT: {
    title: 'L’envoi ne suit pas le contrat',
    next: 'Corrigez ce que liste « violations », avec fichier, ligne et colonne, et réécrivez l’envoi.',
  },
  NODE_UNSOUND: {
    title: 'Le nœud n’est pas comme il devrait être',
    next: 'Corrigez chaque contrôle qui a échoué comme le dit sa ligne, puis relancez `prorata doctor`.',
  },
  VIEWS_DIFFER: {
    title: 'Des vues du groupe ne correspondent pas à leur définition',
    next: 'Lancez `prorata group rebuild`, puis de nouveau `prorata group verify` ; signalez comment c’est arrivé.',
  },
  DEMO_FOLDER_TAKEN: {
    title: 'Le dossier contient autre chose qu’un groupe d’exemple',
    next: 'Choisissez avec --dir un dossier vide ou nouveau ; rien n’a changé.',
  },
  DEMO_NOT_CONSERVED: {
    title: 'Les montants du groupe d’exemple ne concordent pas',
    next: 'Signalez-le avec les chiffres du détail : ce qui a été importé, les faits et le groupe doivent être égaux.',
  },
} as const;
