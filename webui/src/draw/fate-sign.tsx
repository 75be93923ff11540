/** The sign of a fate; a word always stands beside it or is its name. */

import type { Fate } from "../contract";
import {
  CheckIcon,
  ClockIcon,
  CrossIcon,
  ExamIcon,
  QuestionIcon,
  UnsentIcon,
} from "../shared/icons";

const SIGNS: Record<Fate | "unsent", () => preact.JSX.Element> = {
  learned: CheckIcon,
  waiting: ClockIcon,
  exam: ExamIcon,
  checking: QuestionIcon,
  rejected: CrossIcon,
  deleted: CrossIcon,
  unsent: UnsentIcon,
};

export function FateSign({ fate }: { fate: Fate | "unsent" }) {
  const Sign = SIGNS[fate];
  return (
    <span class={`fate-sign is-${fate}`}>
      <Sign />
    </span>
  );
}
