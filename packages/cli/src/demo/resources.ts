import { REGIONS, SERVICES, type Service } from './catalogue.ts';
import { type RandomStream, randomStream } from './random.ts';
import type { SampleApplication, SampleEntity } from './sample-group.ts';
import { tagsOf } from './tagging.ts';

/** Something that a provider bills every month. */
export interface Resource {
  readonly id: string;
  readonly application: SampleApplication;
  readonly service: Service;
  readonly sku: string;
  readonly region: readonly [string, string] | null;
  readonly subAccount: { readonly id: string; readonly name: string };
  /** Part of the application's cost. */
  readonly part: number;
  /** Covered by the entity's commitment: billed 0, with an effective cost. */
  readonly committed: boolean;
  readonly commitmentId: string;
  readonly tags: string | null;
}

interface Environment {
  readonly weight: number;
  readonly name: string;
  /** Spellings that people tag with. */
  readonly spellings: readonly string[];
}

const ENVIRONMENTS: readonly Environment[] = [
  { weight: 62, name: 'prod', spellings: ['prod', 'prod', 'production', 'Prod'] },
  { weight: 20, name: 'dev', spellings: ['dev', 'dev', 'development'] },
  { weight: 18, name: 'test', spellings: ['test', 'staging', 'uat'] },
];

/** The same resources in every month, so that a trend is a trend of something. */
export function resourcesOf(entity: SampleEntity, rows: number, seed: string): Resource[] {
  const random = randomStream(`${seed}/${entity.code}/resources`);
  const count = Math.max(entity.applications.length * 3, Math.round(rows * 0.45));
  const weights = entity.applications.reduce((sum, application) => sum + application.weight, 0);
  return entity.applications.flatMap((application) => {
    const own = Math.max(3, Math.round((count * application.weight) / weights));
    const drafts = Array.from({ length: own }, (_, index) => draft(entity, application, index, random));
    const total = drafts.reduce((sum, { size }) => sum + size, 0);
    return drafts.map(({ size, ...resource }) => ({ ...resource, part: size / total }));
  });
}

function draft(
  entity: SampleEntity,
  application: SampleApplication,
  index: number,
  random: RandomStream,
): Omit<Resource, 'part'> & { readonly size: number } {
  const category = random.weighted(Object.entries(application.mix).map(([name, weight]) => ({ name, weight })));
  const service = random.pick(SERVICES.filter((candidate) => candidate.category === category.name));
  const environment = random.weighted(ENVIRONMENTS);
  const initials = application.name.toLowerCase().replaceAll(' ', '-');
  const production = environment.name === 'prod' ? 2.4 : 1;
  return {
    id: `${entity.code.toLowerCase()}/${initials}/${service.resourceType.toLowerCase().replaceAll(' ', '-')}-${index + 1}`,
    application,
    service,
    sku: `${service.name.replaceAll(/[^A-Z]/g, '')}-${String(service.priceMicros).padStart(7, '0')}`,
    region: random.pick(REGIONS[service.provider] ?? []) ?? null,
    subAccount: { id: `${entity.code}-${environment.name}`, name: `${entity.label} ${environment.name}` },
    size: (0.35 + random.next()) * production,
    committed: service.name === 'Nimbus Machines' && random.chance(0.45),
    commitmentId: `plan/${entity.code.toLowerCase()}/2025`,
    tags: tagsOf({ entity, application, environment: random.pick(environment.spellings), random }),
  };
}

/** Cost in the entity's currency that the resource should have in a month: base × growth × season. */
export function targetCost(resource: Resource, entity: SampleEntity, month: string): number {
  const index = monthsSinceJanuary2025(month);
  const { application } = resource;
  const weights = entity.applications.reduce((sum, { weight }) => sum + weight, 0);
  const season = application.season[((index % 12) + 12) % 12] ?? 1000;
  let growth = 1;
  for (let step = 0; step < index; step += 1) growth *= 1 + application.growth / 1000;
  return entity.januaryCost * (application.weight / weights) * resource.part * growth * (season / 1000);
}

function monthsSinceJanuary2025(month: string): number {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return (year - 2025) * 12 + number - 1;
}
