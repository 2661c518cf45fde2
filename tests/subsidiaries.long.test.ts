import { subsidiariesSuite } from './support/subsidiaries-suite.ts';

subsidiariesSuite(Array.from({ length: 12 }, (_, index) => `2025-${String(index + 1).padStart(2, '0')}`));
