/** Where long work stands; `done` of `total`, or undefined where the end is not known. */
export interface ProgressStep {
  readonly step: string;
  readonly done: number;
  readonly total?: number;
}

/** Told to whoever waits; never part of the result. */
export type Progress = (step: ProgressStep) => void;
