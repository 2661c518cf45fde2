/**
 * Watches which decimal mark a file uses. `1,234` is one and a bit where amounts have a comma, and more than a thousand where they
 * have a point: a file that gives a reason for both readings is refused instead of guessed.
 */
export class DecimalMarks {
  comma = 0;
  point = 0;
  #unclearComma: number | undefined;
  #unclearPoint: number | undefined;

  note(text: string, line: number): void {
    const marks = text.replace(/[^.,]/g, '');
    if (marks === '') return;
    const last = marks.at(-1) === ',';
    if (/^[(+-]?[1-9]\d{0,2}[.,]\d{3}[)-]?$/.test(text)) {
      if (last) this.#unclearComma ??= line;
      else this.#unclearPoint ??= line;
      return;
    }
    // A mark that stands more than once parts groups, so that decimals have the other one.
    const comma = marks.length > 1 && marks[0] === marks.at(-1) ? !last : last;
    if (comma) this.comma += 1;
    else this.point += 1;
  }

  /**
   * Line of the first amount that the other amounts contradict. The law has the comma for decimals (article A47 A-1 LPF), so `1,234` needs
   * no other reason; `1.234` does, since programs part groups so as well.
   */
  contradiction(): number | undefined {
    if (this.#unclearComma !== undefined && this.point > 0) return this.#unclearComma;
    if (this.#unclearComma !== undefined && this.#unclearPoint !== undefined) return this.#unclearComma;
    return this.point === 0 || this.comma > 0 ? this.#unclearPoint : undefined;
  }

  get mark(): 'COMMA' | 'POINT' | 'BOTH' | 'NONE' {
    const comma = this.comma > 0 || this.#unclearComma !== undefined;
    const point = this.point > 0 || this.#unclearPoint !== undefined;
    if (comma && point) return 'BOTH';
    return comma ? 'COMMA' : point ? 'POINT' : 'NONE';
  }
}
