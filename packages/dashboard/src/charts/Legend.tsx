import { seriesColour } from '../theme/palette.ts';
import { useScheme } from '../theme/scheme.ts';
import classes from './charts.module.css';

/** Names of the layers in the order of their colours; text, not drawing, so that it wraps and can be read aloud. */
export function Legend({ names }: { readonly names: readonly string[] }) {
  const scheme = useScheme();
  return (
    <ul className={classes.legend}>
      {names.map((name, index) => (
        <li key={name}>
          <span className={classes.swatch} style={{ background: seriesColour(index, scheme) }} aria-hidden="true" />
          {name}
        </li>
      ))}
    </ul>
  );
}
