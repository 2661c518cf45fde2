import { type RequestContext, toldFindings, toldText, toldWords, varyBy } from '@prorata/platform';
import type { QuarantineEntry } from '../intake/quarantined.ts';
import { type RefusalReport, refusalProblem } from '../intake/refusals.ts';

type Asked = {
  readonly headers: { readonly 'accept-language'?: string | undefined };
  readonly context: RequestContext;
};
type Reply = Parameters<typeof varyBy>[0];

/** A refused bundle as a reader is told of it: what its code means and what to do next, in `language`. */
export interface ToldEntry extends QuarantineEntry {
  readonly title: string;
  readonly next: string;
  readonly language: string;
  /** Of `message` (BCP 47). */
  readonly message_language: string;
}

/**
 * Refused bundles in the reader's language. What was found is kept by code and in English, and told when it is read: the next reader
 * may have another language, and the next version better words.
 */
export function telling(request: Asked, reply: Reply) {
  const words = (code: string) => {
    const meaning: { readonly title: string; readonly next: string } | undefined = Object.hasOwn(
      refusalProblem.table,
      code,
    )
      ? refusalProblem.table[code as keyof typeof refusalProblem.table]
      : undefined;
    const { title, next } = meaning ?? { title: code, next: '' };
    return toldWords({ code, title, next }, request.headers['accept-language'], request.context.locale);
  };
  varyBy(reply, 'accept-language');
  return {
    entry(entry: QuarantineEntry): ToldEntry {
      const { title, next, language } = words(entry.code);
      const message = toldText(entry.message, language);
      return { ...entry, title, next, language, message: message.text, message_language: message.language };
    },
    report(report: RefusalReport) {
      const { language } = words(report.code);
      const message = toldText(report.message, language);
      const violations = toldFindings(report.violations, language);
      return { ...report, message: message.text, message_language: message.language, violations };
    },
  };
}
