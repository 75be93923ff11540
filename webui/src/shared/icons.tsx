/** Line icons, 20 × 20, in the text colour. Screen readers skip them: put a word beside each. */

import type { ComponentChildren } from "preact";

function Icon({ children }: { children: ComponentChildren }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 20 20"
      width="20"
      height="20"
      fill="none"
      stroke="currentColor"
      stroke-width="1.7"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  );
}

export const UndoIcon = () => (
  <Icon>
    <path d="M7 4 3.5 7.5 7 11M4 7.5h7.5a4.5 4.5 0 0 1 0 9H8" />
  </Icon>
);

export const ClearIcon = () => (
  <Icon>
    <path d="M7.5 4.5h9v11h-9L3 10zM10 8l4 4M14 8l-4 4" />
  </Icon>
);

export const PictureIcon = () => (
  <Icon>
    <path d="M3 4.5h14v11H3zM3 13l4-4 4 4 2-2 4 4M13 8h.01" />
  </Icon>
);

export const PhotoIcon = () => (
  <Icon>
    <path d="M3 6.5h3L7.5 4h5L14 6.5h3v9H3z" />
    <circle cx="10" cy="10.7" r="2.7" />
  </Icon>
);

export const KeysIcon = () => (
  <Icon>
    <path d="M2.5 5.5h15v9h-15zM5.5 8.5h.01M8.5 8.5h.01M11.5 8.5h.01M14.5 8.5h.01M7 11.5h6" />
  </Icon>
);

export const ChevronIcon = () => (
  <Icon>
    <path d="m7.5 5 5 5-5 5" />
  </Icon>
);

export const CloseIcon = () => (
  <Icon>
    <path d="m5 5 10 10M15 5 5 15" />
  </Icon>
);

export const CheckIcon = () => (
  <Icon>
    <path d="m4 10.5 4 4 8-9" />
  </Icon>
);

export const ClockIcon = () => (
  <Icon>
    <circle cx="10" cy="10" r="6.5" />
    <path d="M10 6.2V10l2.6 1.8" />
  </Icon>
);

export const ExamIcon = () => (
  <Icon>
    <path d="M5.5 3.5h9v13L10 13l-4.5 3.5z" />
  </Icon>
);

export const QuestionIcon = () => (
  <Icon>
    <path d="M7.2 7.3a2.8 2.8 0 1 1 4.2 2.4c-.9.5-1.4 1-1.4 2.1M10 15h.01" />
  </Icon>
);

export const UnsentIcon = () => (
  <Icon>
    <path d="M10 15V5M6 9l4-4 4 4" />
  </Icon>
);

export const CrossIcon = () => (
  <Icon>
    <path d="m6 6 8 8M14 6l-8 8" />
  </Icon>
);

export const PersonIcon = () => (
  <Icon>
    <circle cx="10" cy="6.8" r="3.2" />
    <path d="M3.8 16.5c.9-3 3.2-4.5 6.2-4.5s5.3 1.5 6.2 4.5" />
  </Icon>
);
