/**
 * What the invented providers of the sample group sell. Names and prices are made up; the categories are those of the FOCUS
 * column ServiceCategory. Prices are millionths of the billing currency for one unit.
 */
export interface Service {
  readonly provider: string;
  readonly category: string;
  readonly name: string;
  readonly unit: string;
  readonly priceMicros: bigint;
  readonly resourceType: string;
}

const NIMBUS = 'Nimbus Cloud';
const STRATOS = 'Stratos';

function service(
  provider: string,
  category: string,
  name: string,
  unit: string,
  priceMicros: bigint,
  type: string,
): Service {
  return { provider, category, name, unit, priceMicros, resourceType: type };
}

export const SERVICES: readonly Service[] = [
  service(NIMBUS, 'Compute', 'Nimbus Machines', 'Hours', 184_300n, 'Machine'),
  service(NIMBUS, 'Compute', 'Nimbus Kubernetes', 'Hours', 96_700n, 'Cluster'),
  service(NIMBUS, 'Compute', 'Nimbus Functions', 'GB-Seconds', 17n, 'Function'),
  service(STRATOS, 'Compute', 'Stratos Virtual Servers', 'Hours', 211_900n, 'Server'),
  service(NIMBUS, 'Storage', 'Nimbus Object Store', 'GB-Months', 21_900n, 'Bucket'),
  service(NIMBUS, 'Storage', 'Nimbus Block Volumes', 'GB-Months', 87_400n, 'Volume'),
  service(STRATOS, 'Storage', 'Stratos File Shares', 'GiB-Months', 63_800n, 'Share'),
  service(NIMBUS, 'Databases', 'Nimbus Relational', 'Hours', 412_600n, 'Database'),
  service(NIMBUS, 'Databases', 'Nimbus Key-Value', 'Requests', 1n, 'Table'),
  service(STRATOS, 'Databases', 'Stratos SQL', 'vCore-Hours', 238_100n, 'Database'),
  service(NIMBUS, 'Networking', 'Nimbus Transfer', 'GB', 78_500n, 'Link'),
  service(NIMBUS, 'Networking', 'Nimbus Edge Delivery', 'GB', 41_200n, 'Distribution'),
  service(STRATOS, 'Networking', 'Stratos Gateway', 'Hours', 52_300n, 'Gateway'),
  service(NIMBUS, 'AI and Machine Learning', 'Nimbus Model Serving', 'Tokens', 9n, 'Endpoint'),
  service(STRATOS, 'AI and Machine Learning', 'Stratos Accelerators', 'GPU-Hours', 3_917_000n, 'Accelerator'),
  service(NIMBUS, 'Analytics', 'Nimbus Warehouse', 'TB', 4_870_000n, 'Warehouse'),
  service(STRATOS, 'Analytics', 'Stratos Streams', 'GB', 31_600n, 'Stream'),
  service(NIMBUS, 'Integration', 'Nimbus Queues', 'Requests', 2n, 'Queue'),
  service(STRATOS, 'Integration', 'Stratos API Hub', 'Calls', 3n, 'API'),
  service(STRATOS, 'Internet of Things', 'Stratos Device Hub', 'Messages', 4n, 'Hub'),
  service(NIMBUS, 'Management and Governance', 'Nimbus Logs', 'GB', 493_000n, 'Log group'),
  service(STRATOS, 'Management and Governance', 'Stratos Monitor', 'Metrics', 286_000n, 'Workspace'),
  service(NIMBUS, 'Security', 'Nimbus Shield', 'Requests', 6n, 'Firewall'),
  service(STRATOS, 'Identity', 'Stratos Directory', 'Users', 1_940_000n, 'Directory'),
  service(NIMBUS, 'Developer Tools', 'Nimbus Pipelines', 'Minutes', 8_100n, 'Pipeline'),
];

export const REGIONS: Readonly<Record<string, readonly (readonly [id: string, name: string])[]>> = {
  [NIMBUS]: [
    ['nimbus-eu-1', 'Nimbus Europe West'],
    ['nimbus-eu-2', 'Nimbus Europe Centre'],
  ],
  [STRATOS]: [
    ['st-frankfurt', 'Stratos Frankfurt'],
    ['st-london', 'Stratos London'],
  ],
};

export const PROVIDERS: readonly string[] = [NIMBUS, STRATOS];
