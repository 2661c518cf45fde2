import type { RandomStream } from './random.ts';
import type { SampleApplication, SampleEntity } from './sample-group.ts';

/** Keys that people really type for the application; `aplication` only an explicit rule of the mapping repairs. */
export const APPLICATION_KEY_TYPO = 'aplication';

/** Values with a typo that the sample mapping repairs by an explicit alias. */
export const VALUE_TYPOS: Readonly<Record<string, string>> = {
  'Web Shp': 'Web Shop',
  'Date Lake': 'Data Lake',
  Recomendations: 'Recommendations',
  'Risk Modles': 'Risk Models',
  'ERP-Core': 'ERP Core',
};

/**
 * The tags of a resource as its team left them: about one in ten has none, some have only an environment, keys and values
 * come with blanks, in capitals or misspelt.
 */
export function tagsOf(options: {
  readonly entity: SampleEntity;
  readonly application: SampleApplication;
  readonly environment: string;
  readonly random: RandomStream;
}): string | null {
  const { entity, application, environment, random } = options;
  const draw = random.next();
  const costCentre = `${entity.code}-${random.integer(100, 119)}`;
  // What is shared is always found by its tag: the team that runs it is the one that invented the rule.
  if (application.shared !== true) {
    if (draw < 0.07) return null;
    if (draw < 0.11) return JSON.stringify({ environment });
  }
  return JSON.stringify({
    [applicationKey(random)]: spelling(application.name, random),
    environment,
    cost_center: costCentre,
    ...(application.shared === true ? { shared: 'true' } : {}),
  });
}

function applicationKey(random: RandomStream): string {
  const draw = random.next();
  if (draw < 0.03) return ' application';
  if (draw < 0.06) return 'Application';
  if (draw < 0.08) return APPLICATION_KEY_TYPO;
  return 'application';
}

function spelling(name: string, random: RandomStream): string {
  const draw = random.next();
  if (draw < 0.03) return name.toUpperCase();
  if (draw < 0.05) return ` ${name.replace(' ', '  ')} `;
  if (draw < 0.07) return Object.entries(VALUE_TYPOS).find(([, right]) => right === name)?.[0] ?? name;
  return name;
}
