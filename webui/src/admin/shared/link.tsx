/** A link to a view that does not load the page anew; with Ctrl, Cmd or Shift it is any link. */

import type { ComponentChildren } from "preact";
import { go } from "../state";
import { pathOf, type View } from "../routes";

interface LinkProps {
  view: View;
  part?: string;
  query?: string;
  id?: string;
  class?: string;
  label?: string;
  is_current?: boolean;
  children: ComponentChildren;
}

export function Link(props: LinkProps) {
  const { view, part = "", query = "", id, label, is_current = false, children } = props;
  return (
    <a
      {...(id === undefined ? {} : { id })}
      {...(props.class === undefined ? {} : { class: props.class })}
      href={pathOf(view, part, query)}
      aria-current={is_current ? "page" : undefined}
      aria-label={label}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        go(view, part, query);
      }}
    >
      {children}
    </a>
  );
}
