import { subsidiariesSuite } from './support/subsidiaries-suite.ts';

// Two months here, the whole year in the long campaign.
subsidiariesSuite(['2025-07', '2025-08']);
