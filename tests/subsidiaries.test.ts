import { subsidiariesSuite } from './support/subsidiaries-suite.ts';

// The restated month here, the whole year in the long campaign.
subsidiariesSuite(['2025-08']);
