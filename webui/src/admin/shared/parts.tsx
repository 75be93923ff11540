/** Small components that several views share. */

import type { ComponentChildren } from "preact";
import { Dialog } from "../../shared/dialog";
import { words } from "../../shared/words";
import type { View } from "../pages";
import { pathOf } from "../routes";
import { go } from "../state";
import { adminWords } from "../words";
import type { ActionState, Loaded } from "./requests";

interface CardProps {
  title: string;
  id?: string;
  children: ComponentChildren;
}

export function Card({ title, id, children }: CardProps) {
  return (
    <section class="card" {...(id === undefined ? {} : { id })} aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

/** The result of an action, in a live region. */
export function ActionNote({ state }: { state: ActionState }) {
  const isFailed = state.kind === "failed";
  const text = state.kind === "done" || isFailed ? state.message : "";
  return (
    <p class={isFailed ? "note is-failed" : "note"} role="status">
      {isFailed && <span aria-hidden="true">! </span>}
      {text}
    </p>
  );
}

interface FieldProps {
  id: string;
  label: string;
  hint?: string;
  /** The input with this id. */
  children: ComponentChildren;
}

/** A labelled input; give it `aria-describedby={`${id}-hint`}` when there is a hint. */
export function Field({ id, label, hint, children }: FieldProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children}
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

interface ShowProps<Value> {
  loaded: Loaded<Value>;
  children: (value: Value) => ComponentChildren;
}

/** What was loaded; while loading and after a failure every view shows the same. */
export function Show<Value>({ loaded, children }: ShowProps<Value>) {
  const w = adminWords.value;
  switch (loaded.kind) {
    case "loading":
      return <p class="quiet">{w.loading}</p>;
    case "failed":
      return (
        <div class="failed" role="alert">
          <p>
            <strong>{w.cannotLoad}</strong>
          </p>
          <p>{loaded.message}</p>
        </div>
      );
    case "ready":
      return <>{children(loaded.value)}</>;
  }
}

interface LinkProps {
  view: View;
  part?: string;
  query?: string;
  id?: string;
  class?: string;
  label?: string;
  isCurrent?: boolean;
  children: ComponentChildren;
}

export function Link(props: LinkProps) {
  const { view, part = "", query = "", id, label, isCurrent = false, children } = props;
  return (
    <a
      {...(id === undefined ? {} : { id })}
      {...(props.class === undefined ? {} : { class: props.class })}
      href={pathOf(view, part, query)}
      aria-current={isCurrent ? "page" : undefined}
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

interface ConfirmProps {
  title: string;
  /** What the button does, as a verb. */
  action: string;
  onConfirm: () => void;
  onClose: () => void;
  /** The consequence of the action. */
  children: ComponentChildren;
}

export function Confirm({ title, action, onConfirm, onClose, children }: ConfirmProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      <div class="button-row">
        <button type="button" id="confirm" class="danger-button" onClick={onConfirm}>
          {action}
        </button>
        <button type="button" class="plain-button" onClick={onClose}>
          {words.value.cancel}
        </button>
      </div>
    </Dialog>
  );
}
