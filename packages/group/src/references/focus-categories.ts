/**
 * The service categories of FOCUS 1.0 to 1.2 (column ServiceCategory, allowed values), in the order of the specification.
 * Each is a domain whose code is its name, so that entities with the default mapping can publish at once.
 */
export const FOCUS_SERVICE_CATEGORIES: readonly string[] = [
  'AI and Machine Learning',
  'Analytics',
  'Business Applications',
  'Compute',
  'Databases',
  'Developer Tools',
  'Multicloud',
  'Identity',
  'Integration',
  'Internet of Things',
  'Management and Governance',
  'Media',
  'Migration',
  'Mobile',
  'Networking',
  'Security',
  'Storage',
  'Web',
  'Other',
];
