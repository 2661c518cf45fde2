import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';

export interface GivenAnswer {
  readonly method: string;
  /** Path of the description, with its parameters in braces. */
  readonly path: string;
  readonly status: number;
  readonly contentType: string | undefined;
  readonly text: string;
}

interface DescribedResponse {
  readonly content?: Readonly<Record<string, { readonly schema?: object }>>;
}
interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses?: object }>>>>;
}

/**
 * Compares answers with what a description (OpenAPI 3.1) says of them: that the status is described, with this content type, and that a
 * JSON body matches its schema and has no member that a closed list of members leaves out.
 *
 * @returns what is wrong with an answer, in words; undefined where nothing is
 */
export function answerCheck(description: object): (answer: GivenAnswer) => string | undefined {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true });
  ajvFormats.default(ajv);
  ajv.addSchema({ ...description, $id: 'api' });
  const { paths } = description as Description;
  const compiled = new Map<string, ValidateFunction>();
  return ({ method, path, status, contentType, text }) => {
    const place = `${method} ${path} ${status}`;
    const responses = paths[path]?.[method.toLowerCase()]?.responses as
      | Readonly<Record<string, DescribedResponse>>
      | undefined;
    if (responses === undefined) return `${place}: the description has no such operation`;
    const wanted = [String(status), `${String(status)[0]}XX`, 'default'].find((one) => responses[one] !== undefined);
    if (wanted === undefined || (status < 400 && wanted === 'default')) return `${place}: the status is not described`;
    const { content } = responses[wanted] ?? {};
    const type = contentType?.split(';', 1)[0] ?? '';
    if (content === undefined) return text === '' ? undefined : `${place}: the answer is described without a body`;
    const media = content[type];
    if (media === undefined) return `${place}: ${type} is not among ${Object.keys(content).join(', ')}`;
    if (type !== 'application/json' && !type.endsWith('+json')) return undefined;
    const valid = compiled.get(`${place} ${type}`) ?? ajv.compile(anchored(media.schema ?? {}));
    compiled.set(`${place} ${type}`, valid);
    return valid(JSON.parse(text)) ? undefined : `${place}: ${ajv.errorsText(valid.errors)}`;
  };
}

/** References of a description mean the description itself. */
function anchored(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"api#/')) as object;
}
