import { frenchCases } from './cases/french.ts';
import { wholePlaceCases } from './cases/places.ts';
import { setStage } from './stage.ts';

const stage = setStage();
wholePlaceCases(stage);
frenchCases(stage);
