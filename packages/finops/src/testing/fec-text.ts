/** A line of an entry: an amount above zero is a debit, one below a credit; decimal texts. */
export interface FecTestLine {
  readonly account: string;
  readonly amount: string;
  readonly auxiliary?: string;
  readonly foreign?: readonly [amount: string, currency: string];
}

export interface FecTestEntry {
  readonly number: string;
  /** YYYY-MM-DD */
  readonly date: string;
  readonly ref?: string;
  readonly label?: string;
  readonly journal?: string;
  /** Without a validation date. */
  readonly draft?: boolean;
  readonly lines: readonly FecTestLine[];
}

const HEADER =
  'JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|CompAuxNum|CompAuxLib|PieceRef|PieceDate|' +
  'EcritureLib|Debit|Credit|EcritureLet|DateLet|ValidDate|Montantdevise|Idevise';

/** A FEC file as an accounting program writes it. */
export function fecText(entries: readonly FecTestEntry[]): string {
  const rows = entries.flatMap(({ number, date, ref = '', label = 'Achat', journal = 'HA', draft = false, lines }) => {
    const day = date.replaceAll('-', '');
    return lines.map(({ account, amount, auxiliary = '', foreign = ['', ''] }) => {
      const credit = amount.startsWith('-');
      const size = amount.replace('-', '').replace('.', ',');
      const sides = credit ? ['0,00', size] : [size, '0,00'];
      const names = [account, `Compte ${account}`, auxiliary, auxiliary];
      const cells = [journal, 'Achats', number, day, ...names, ref, day, label, ...sides, '', '', draft ? '' : day];
      return [...cells, foreign[0].replace('.', ','), foreign[1]].join('|');
    });
  });
  return [HEADER, ...rows, ''].join('\r\n');
}
