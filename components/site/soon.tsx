/** Marks what is not there yet: nobody should buy it as if it were. */
export function Soon() {
  return <span className="font-medium text-(--gray-12)">Soon</span>;
}
