import { wholePlaceCases } from './cases/places.ts';
import { setStage } from './stage.ts';

wholePlaceCases(setStage());
