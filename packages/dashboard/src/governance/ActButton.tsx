import { Button } from '@mantine/core';

interface ActButtonProps {
  readonly word: string;
  /** What it is done to, for whoever hears the button alone. */
  readonly name?: string;
  readonly onClick: () => void;
}

/** A button that asks before it changes something; no part of a printed page. */
export function ActButton({ word, name, onClick }: ActButtonProps) {
  return (
    <Button
      variant="default"
      size="compact-sm"
      className="screen-only"
      {...(name === undefined ? {} : { 'aria-label': name })}
      onClick={onClick}
    >
      {word}
    </Button>
  );
}
