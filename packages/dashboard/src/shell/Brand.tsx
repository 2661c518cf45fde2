/** The mark: three bars, each its part of the whole. */
export function Mark({ size = 30 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="#0b5d6d" />
      <rect x="7" y="17" width="5" height="8" rx="1.5" fill="#7dc0cb" />
      <rect x="13.5" y="12" width="5" height="13" rx="1.5" fill="#d6ebee" />
      <rect x="20" y="7" width="5" height="18" rx="1.5" fill="#f0b950" />
    </svg>
  );
}
