/** English. `zh.ts` has the same keys, or it does not compile. */

import type { Digit, Fate, NoDigitReason, RunStatus } from "../contract";
import type { Ago, When } from "./when";

function n_of(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}

function when(moment: When): string {
  switch (moment.kind) {
    case "today":
      return `today at ${moment.time}`;
    case "tomorrow":
      return `tomorrow at ${moment.time}`;
    default:
      return `on ${moment.day} at ${moment.time}`;
  }
}

const PHASES: Readonly<Record<string, string>> = {
  gather: "collecting drawings",
  train: "learning",
  fine_tune: "learning",
  average: "settling",
  select: "choosing how far to go",
  evaluate: "being tested",
  gate: "being judged",
  export: "being packed",
  publish: "going live",
};

const STEPS: Readonly<Record<string, string>> = {
  received: "received",
  validated: "checked",
  points: "points collected",
  box: "fitted into its box",
  pen: "drawn with the pen",
  centre: "moved to the middle",
  average: "shrunk to 28 × 28",
  decode: "picture unpacked",
  sheet: "sheet of paper found",
  light: "light evened out",
  parts: "ink cut out",
  network: "network",
  answer: "answer written",
  way: "way there and back",
};

const REASONS: Record<NoDigitReason, string> = {
  empty: "There is nothing on it.",
  dot: "It is only a dot.",
  scribble: "It is very tangled.",
  several: "There seem to be several digits side by side.",
  unfamiliar: "It is unlike any digit seen so far.",
};

const FATES: Record<Fate, string> = {
  learned: "learned",
  waiting: "waiting",
  exam: "exam",
  checking: "being checked",
  rejected: "set aside",
  deleted: "deleted",
};

const RUN_STATUSES: Record<RunStatus, string> = {
  queued: "queued",
  running: "running",
  promoted: "promoted",
  held: "held back",
  failed: "failed",
  cancelled: "cancelled",
};

export const en = {
  when,
  ago: (moment: Ago) => (moment.kind === "just_now" ? "just now" : moment.words),
  percent: (figure: string) => `${figure} %`,
  milliseconds: (figure: string) => `${figure} ms`,
  title: "Inkloop: draw a digit",
  language: "Language",
  close: "Close",
  cancel: "Cancel",
  try_again: "Try again",
  /** Between two sentences. */
  gap: " ",
  clause_gap: "; ",
  full_stop: ".",
  skip_to_canvas: "Skip to the drawing area",

  // The live version and the next lesson
  live: "live:",
  version: (version: number) => `version ${version}`,
  accuracy_title: "Share of the 10,000 test digits that it reads right",
  next_lesson: (moment: When) => `next lesson ${when(moment)}`,
  next_lesson_short: (time: string) => `next lesson ${time}`,
  no_lesson: "no lesson planned",
  lesson_queued: "a lesson is about to start",
  lesson_running: (phase: string | null, percent: number | null) =>
    `lesson: ${PHASES[phase ?? ""] ?? "learning"}${percent === null ? "" : ` ${percent} %`}`,
  first_training: (percent: number | null) =>
    `first model in training${percent === null ? "" : `, ${percent} %`}`,
  server_away: "no connection to the server",
  progress: "Progress of the lesson",

  // The drawing area
  canvas: "Drawing area",
  canvas_keys:
    "Arrow keys move the pen, Space puts it down and lifts it, Shift makes small steps. Enter confirms, a digit key corrects.",
  canvas_hint: "Draw a digit, 0 to 9",
  pen_down: "Pen down",
  pen_up: "Pen up",
  pen_keys_down: "Pen down: arrows draw, Space lifts it",
  pen_keys_up: "Pen up: arrows move, Space puts it down",
  undo: "Undo",
  clear: "Clear",
  picture: "Picture",
  photo: "Photo",
  keys: "Keys",
  drop_here: "Drop the picture here",
  uploaded_picture: "The picture you chose",
  not_a_picture: "That is no picture. PNG, JPEG and WebP can be read.",

  // What the model says
  answer: "The answer",
  read_as: "Read as",
  what_the_model_sees: "What the model sees",
  ink_empty: "empty",
  ink_of: (label: string) => `28 × 28 ink, ${label}`,
  sure: (percent: string) => `${percent} % sure`,
  or_rather: (digit: number, percent: string) => `or a ${digit}: ${percent} %`,
  read_aloud: (digit: number, percent: string) => `Read as ${digit}, ${percent} % sure`,
  not_a_digit: "That does not look like a digit",
  not_a_digit_why: (reason: NoDigitReason | null) => (reason === null ? "" : REASONS[reason]),
  label_anyway: "You can still say what it is.",
  no_model: "No model yet",
  no_model_yet: (percent: number | null) =>
    `The first one is being trained${percent === null ? "" : ` (${percent} %)`}. Say what you drew: it is kept for the first lesson.`,
  unreachable: "No connection",
  unreachable_why: "Say what you drew: it waits in this browser until the connection is back.",
  refused: "That cannot be read",
  reading: "Reading …",
  probabilities: "How likely each digit is",
  probability: (digit: number, percent: string) => `${digit}: ${percent} %`,

  // Confirm or correct
  right: "Right?",
  confirm: (digit: number) => `Yes, it is a ${digit}`,
  confirm_idle: "Yes, it is",
  or_it_is: "or it is a",
  it_is: "It is a",
  keys_0_to_9: "keys 0–9",
  digit_key: (digit: Digit) => `It is a ${digit}`,
  digit_keys: "Which digit is it?",

  // What became of it
  thanks: "Thanks.",
  thanks_sending: "Thanks. It is on its way.",
  thanks_kept: "Thanks. No connection: it waits in this browser and is sent later.",
  thanks_waiting: (moment: When | null, n_short: number) => {
    const short =
      n_short > 0 ? `, if ${n_of(n_short, "more drawing comes", "more drawings come")} in` : "";
    if (moment === null) return "Thanks. It is in the next lesson, for which no time is set.";
    return `Thanks. It is in the next lesson, ${when(moment)}${short}.`;
  },
  thanks_waiting_first: "Thanks. It is in the lesson after the first model.",
  thanks_exam: "Thanks. It is kept for the exam: no version learns from it, all are tested on it.",
  thanks_checking: "Thanks. It is being checked, since it is unlike other digits of that name.",
  thanks_learned: "Thanks. It has been learned from.",
  not_stored: (message: string) => `It could not be stored: ${message}`,
  dropped_not_yours: "A drawing was not stored: its number belongs to somebody else's drawing.",
  dropped_deleted: "A drawing was not stored: it had been deleted.",
  memory_only: "This browser keeps nothing for later: leave the page open until all is sent.",

  // Did it learn me?
  new_version: (version: number) => `Version ${version} is live`,
  learned_figures: (version: number, right: number, n: number) =>
    `Version ${version} reads ${right} of your ${n}`,
  learned_before: (version: number, right: number) => `, version ${version} read ${right}`,
  learned_exam: (right: number, n: number, before: number | null) =>
    `Of the ${n} kept as its exam it reads ${right}${before === null ? "" : `, before ${before}`}.`,

  // Steps
  steps: "Steps",
  steps_title: "How long each step takes",
  step_name: (name: string) => STEPS[name] ?? name.replaceAll("_", " "),
  step: "Step",
  last: "last",
  median_of: (n: number) => `median of ${n}`,
  total: "Total",
  clear_steps: "Clear the times",
  no_steps: "Nothing read yet. Draw something.",

  // Your drawings
  your_drawings: "Your drawings",
  your_data: "Your data",
  consent: "Confirming keeps your strokes and the digit, to teach the model.",
  consent_more: "What is kept?",
  n_drawings: (n: number) => String(n),
  in_version: (n: number, version: number) => `${n} in version ${version}`,
  n_learned: (n: number) => `${n} learned`,
  n_wait: (n: number) => (n === 1 ? "1 waits" : `${n} wait`),
  n_exam: (n: number) => `${n} kept as its exam`,
  n_checking: (n: number) => `${n} being checked`,
  n_unsent: (n: number) => `${n} to be sent`,
  none_yet: "None yet. What you draw and label gathers here.",
  mine_away: "They cannot be shown just now.",
  show_more: "Show more",
  tile: (label: number, fate: string) => `Your ${label}, ${fate}`,
  fate: (fate: Fate) => FATES[fate],
  fate_in_version: (version: number) => `in version ${version}`,
  unsent: "to be sent",
  unsent_explained: "It waits in this browser until the connection is back, and is sent once.",

  // One drawing
  your_digit: (label: number) => `Your ${label}`,
  drawn: (moment: Ago) => (moment.kind === "just_now" ? "Just now" : moment.words),
  was_read_as: (digit: number | null, version: number) =>
    digit === null
      ? `Version ${version} saw no digit in it.`
      : `Version ${version} read it as ${digit}.`,
  fate_learned: (version: number) => `It is in version ${version}.`,
  fate_learned_earlier: (version: number) =>
    `Version ${version} learned from it. The live one did not.`,
  fate_waiting: (moment: When | null) =>
    moment === null
      ? "It waits for the next lesson."
      : `It waits for the next lesson, ${when(moment)}.`,
  fate_exam: "It is kept for the exam: no version learns from it, all are tested on it.",
  fate_checking: "It is being checked, since it is unlike other digits of that name.",
  fate_rejected: "It was set aside by a reviewer. No version learns from it.",
  learned_by: (versions: string, n: number) =>
    n === 1 ? `Version ${versions} learned from it.` : `Versions ${versions} learned from it.`,
  learned_by_none: "No version has learned from it yet.",
  really: (label: number) => `Really a ${label}?`,
  really_yes: (label: number) => `Yes, it is really a ${label}`,
  change_label: "Change it to a",
  delete: "Delete",
  deleted: (label: number) => `The ${label} is deleted.`,
  deleted_learned: (label: number, versions: string) =>
    `The ${label} is deleted. Version ${versions} keeps what it learned until the next lesson.`,
  undo_delete: "Undo",
  restored: "It is back.",
  relabelled: (label: number) => `It is a ${label} now.`,
  failed: (message: string) => `That did not work: ${message}`,
  failed_network: "That did not work: no connection to the server.",

  // Keys
  keys_title: "Everything by keyboard",
  keys_list: [
    ["Enter", "yes, that is right"],
    ["0 – 9", "it is this digit"],
    ["Backspace", "take back the last stroke"],
    ["Esc", "clear"],
    ["D", "go to the drawing area"],
    ["← ↑ → ↓", "there: move the pen; two together go diagonally"],
    ["Home End PgUp PgDn", "there: diagonally"],
    ["Space", "there: pen down, pen up"],
    ["Shift", "there: with the arrows, small steps"],
    ["P", "choose a picture"],
    ["S", "steps"],
    ["?", "this list"],
  ] as readonly (readonly [string, string])[],

  admin: {
    title: "Inkloop: dashboard",
    name: "Dashboard",
    navigation: "Views",
    overview: "Overview",
    models: "Models",
    runs: "Runs",
    schedule: "Schedule",
    drawings: "Drawings",
    review: "Review",
    map: "Map",
    people: "People",
    data: "Data",
    audit: "Audit",
    draw_page: "Draw page",
    loading: "Loading …",
    not_found: "There is no such view.",
    cannot_load: "This cannot be shown",
    no_module: "The page was built anew, or there is no connection. Load it again.",
    load_again: "Load again",
    no_connection: "There is no connection to the server. It is tried again by itself.",

    sign_in: "Sign in",
    sign_out: "Sign out",
    sign_in_lead: "For those who look after this Inkloop. To draw, nobody needs an account.",
    email: "E-mail address",
    password: "Password",
    password_hint: "At least 12 characters.",
    password_repeat: "The same again",
    passwords_differ: "The two passwords are not the same.",
    signing_in: "Signing in …",
    needs_setup: "Nobody looks after this Inkloop yet",
    needs_setup_lead:
      "Open the one-time link that the terminal showed when Inkloop was started. It makes the first account.",
    setup: "Make the first account",
    setup_lead: "This link works once. The account can change the schedule and the live version.",
    setup_button: "Make the account",
    setup_no_token: "This link is not complete. Copy it whole from the terminal.",
    setup_done: "There is an account already. Sign in with it.",
    not_admin: "This account may look, but not change anything here.",
    your_account: "Your account",
    signed_in_as: (email: string) => `Signed in as ${email}`,

    no_champion: "No version is live yet.",
    live_since: (version: number, ago: Ago) =>
      ago.kind === "just_now"
        ? `Version ${version} has just gone live`
        : `Version ${version} went live ${ago.words}`,
    lead_wait: (n: number) =>
      n === 0 ? "no new drawing waits" : n_of(n, "new drawing waits", "new drawings wait"),

    none_collected: "Nothing yet. Draw the first digit on the draw page.",
    digit: "Digit",
    count: "Drawings",
    as_table: "As a table",
    status_name: (status: string) =>
      ({
        accepted: "accepted",
        quarantined: "being checked",
        rejected: "rejected",
        deleted: "deleted",
      })[status] ?? status,
    latest: "Latest drawings",
    latest_none: "No drawing has arrived yet.",
    drawing: (label: number, fate: string) => `${label}, ${fate}`,

    run: "Run",
    run_number: (id: number) => `Run ${id}`,
    retrain: "Retrain now",
    retrain_explained:
      "A run learns from all new drawings, even if they are fewer than the schedule asks for.",
    retrain_asked: "A run is queued.",
    cancel_run: "Cancel the run",
    cancel_asked: "The run stops at its next step.",
    run_status: (status: RunStatus) => RUN_STATUSES[status],
    phase: (phase: string | null) => PHASES[phase ?? ""] ?? "at work",
    step_of: (step: number, n_steps: number) => `step ${step} of ${n_steps}`,
    loss: "Loss",
    loss_explained: "how far off it still is; less is better",
    accuracy: "Accuracy",
    accuracy_explained: "share of the digits at hand read right, distorted as they are",
    test_accuracy: "Test digits",
    test_accuracy_explained:
      "Test digits: share of the fixed 10,000 MNIST images read right. Exam: drawings of people here that no version ever learns from.",
    exam_known: "Exam, known hands",
    exam_new: "Exam, new hands",
    requested_by: (by: string) =>
      ({
        schedule: "by schedule",
        first: "first model",
        command: "by command",
        user: "by hand",
      })[by] ?? by,
    took: "Took",
    verdict: "Verdict",
    rules: "Rule by rule",
    rule_passed: "passed",
    rule_failed: "failed",
    no_verdict: "No verdict.",
    curve: "Accuracy during the run",
    last_run: "Last run",
    this_run: "The run now",
    seconds: (n: number) => (n < 90 ? `${n} s` : `${Math.round(n / 60)} min`),

    models_lead: (version: number, accuracy: string) =>
      `Version ${version} is live and reads ${accuracy} % of the test digits.`,
    version: "Version",
    model_status: (status: string) =>
      ({ live: "live", retired: "was live", held: "never live" })[status] ?? status,
    anchor: "anchor",
    anchor_explained:
      "The anchor is the version that every new one is measured against, so that small losses cannot add up.",
    promoted_at: "Went live",
    none_models: "No version yet. The first one is being trained.",
    rollback: "Back to the version before",
    rollback_lead: (version: number) =>
      `Version ${version} stops answering, the one live before it takes over at once. Nothing is deleted.`,
    rollback_reason: "Why? It stays in the record.",
    rollback_button: "Go back",
    rollback_done: (version: number) => `Version ${version} is live on every worker.`,
    rollback_wait: "Switching every worker …",

    schedule_lead: "When runs start by themselves",
    cron: "Times (cron)",
    cron_hint: "Minute, hour, day, month, weekday. 0 3 * * * is every night at 03:00.",
    timezone: "Time zone",
    timezone_hint: "Such as Europe/Berlin. Empty: the zone of this machine.",
    min_new: "New drawings needed",
    min_new_hint: "With fewer, a planned run does not start.",
    enabled: "Runs start by themselves",
    save: "Save",
    saved: "Saved. It holds from now on.",
    next_run: "Next run",
    last_run_was: "Last time",
    never: "never",
    tick_outcome: (outcome: string) =>
      ({
        run: "a run was started",
        too_few: "too few new drawings, nothing was done",
        busy: "a run was under way already",
      })[outcome] ?? outcome,
    read_only: "Only an admin may change it.",
  },
};

export type Words = typeof en;
