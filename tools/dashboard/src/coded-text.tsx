/** A text in which commands and names stand between backticks; a single one, as people write it too, stays as it is. */
export function CodedText({ text }: { readonly text: string }) {
  return (
    <>{text.split(/`([^`]+)`/).map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))}</>
  );
}
