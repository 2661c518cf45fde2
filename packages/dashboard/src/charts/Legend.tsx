import { seriesColour } from '../theme/palette.ts';
import { useScheme } from '../theme/scheme.ts';
import classes from './charts.module.css';

interface LegendProps {
  readonly names: readonly string[];
  /** The colours, where they are not those of the categories. */
  readonly colours?: readonly string[];
}

/** Names of the layers in the order of their colours; text, not drawing, so that it wraps and can be read aloud. */
export function Legend({ names, colours = [] }: LegendProps) {
  const scheme = useScheme();
  return (
    <ul className={classes.legend}>
      {names.map((name, index) => (
        <li key={name}>
          <span
            className={classes.swatch}
            style={{ background: colours[index] ?? seriesColour(index, scheme) }}
            aria-hidden="true"
          />
          {name}
        </li>
      ))}
    </ul>
  );
}
