/** What people wrote on the image and on the object, beside the picture. */
import type { ReactElement } from "react";

interface Props {
  image: string | null | undefined;
  object: string | null | undefined;
}

export function Notes({ image, object }: Props): ReactElement | null {
  const some = [["Note on the image", image], ["Note on the object", object]].filter(([, text]) => text);
  if (!some.length) return null;
  return (
    <dl className="viewer-notes">
      {some.map(([name, text]) => (
        <div key={name}>
          <dt>✎ {name}</dt>
          <dd dir="auto">{text}</dd>
        </div>
      ))}
    </dl>
  );
}
