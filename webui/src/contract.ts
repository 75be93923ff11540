/**
 * The types of everything that the server takes and answers, made by `npm run contract` of the
 * server's schemas. Do not edit it: change the server, then make it again.
 *
 * schemas 9204d7d4a42b324770161c333551b9ef0d60cacf376ec40ee437c8a49b160c31
 * types   d6ae41014da77d192039e754a61c255e298dcc7d979b2f36f95a2f6f0c3b87a2
 */

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    AboutVersion: {
      n_parameters: number | null;
      temperature: number | null;
      seed: number | null;
      recipe: {
        [key: string]: unknown;
      } | null;
      onnx_sha256: string;
    };
    AgreementOut: {
      share: number;
      n: number;
      version: number;
    };
    AnchorOut: {
      version: number;
    };
    AuditEventOut: {
      id: number;
      /** Format: date-time */
      at: string;
      by: string;
      name: string | null;
      action: string;
      subject: string;
      subject_name: string | null;
      facts: {
        [key: string]: unknown;
      };
    };
    AuditOut: {
      items: components["schemas"]["AuditEventOut"][];
      next: string | null;
    };
    CellItem: {
      place: number;
      ink: string;
    };
    CellOut: {
      label: number;
      read_as: number;
      n: number;
      items: components["schemas"]["CellItem"][];
    };
    ChampionOut: {
      version: number;
      accuracy: number | null;
      /** Format: date-time */
      promoted_at: string;
    };
    ChangeIn: {
      ids: string[];
      /** @enum {string} */
      action: "accept" | "relabel" | "reject" | "restore" | "delete";
      /** @default null */
      label?: number | null;
    };
    ChangeOut: {
      id: number;
      /** @enum {string} */
      action: "accept" | "relabel" | "reject" | "restore" | "delete";
      n: number;
      learned_versions: number[];
    };
    ClaimedPrediction: {
      label: number | null;
      model_version: number;
    };
    CompareOut: {
      a: number;
      b: number;
      mnist_test: components["schemas"]["DifferenceOut"] | null;
      drawings: components["schemas"]["DifferenceOut"];
      better: components["schemas"]["FlipOut"][];
      worse: components["schemas"]["FlipOut"][];
      contributors: components["schemas"]["ContributorDifference"][];
    };
    ConfusionOut: {
      version: number;
      n: number;
      rows: number[][];
      precision: (number | null)[];
      recall: (number | null)[];
      f1: (number | null)[];
    };
    ConsentIn: {
      wording: number;
    };
    ContributorDifference: {
      contributor: number;
      n_better: number;
      n_worse: number;
    };
    ContributorOut: {
      number: number;
      id: string;
      /** Format: date-time */
      created_at: string;
      blocked_at: string | null;
      is_held_out: boolean;
      n: number;
      n_quarantined: number;
      n_rejected: number;
      n_exam: number;
      n_deleted: number;
      n_read: number;
      n_agreed: number;
      by_label: number[];
    };
    ContributorsOut: {
      items: components["schemas"]["ContributorOut"][];
      next: string | null;
    };
    CountOut: {
      n: number;
      is_exact: boolean;
    };
    DayOut: {
      day: string;
      n: number;
    };
    DeletedOut: {
      n_drawings: number;
      versions: number[];
      /** Format: date-time */
      deleted_at: string;
    };
    DeliveryOut: {
      id: number;
      /** @enum {string} */
      event: "promoted" | "held" | "failed" | "test";
      run_id: number | null;
      /** Format: date-time */
      created_at: string;
      attempted_at: string | null;
      n_attempts: number;
      is_waiting: boolean;
      outcome: string | null;
      sentence: string | null;
      facts: {
        [key: string]: unknown;
      };
    };
    DifferenceOut: {
      n: number;
      n_right_a: number;
      n_right_b: number;
      n_better: number;
      n_worse: number;
      p: number;
    };
    DigitOut: {
      n: number;
      n_read: number;
      n_disagreed: number;
    };
    DrawingColumns: {
      place: number[];
      x: number[];
      y: number[];
      label: number[];
      predicted: number[];
      near_label: number[];
      depth: number[];
      id: string[];
    };
    DrawingForm: {
      /** Format: binary */
      file: string;
      /** Format: uuid */
      id: string;
      label: string;
    };
    DrawingIn: {
      /** Format: uuid */
      id: string;
      label: number;
      /** @default null */
      strokes?: number[][][] | null;
      /** @default null */
      width?: number | null;
      /** @default null */
      height?: number | null;
      /** @default null */
      ink?: string | null;
      /** @default null */
      prediction?: components["schemas"]["ClaimedPrediction"] | null;
    };
    DrawingOut: {
      id: string;
      label: number;
      /** @enum {string} */
      status: "accepted" | "quarantined" | "rejected" | "deleted";
      /** @enum {string} */
      split: "train" | "holdout_known" | "holdout_new";
      /** @enum {string} */
      source: "drawn" | "uploaded" | "imported";
      prediction: components["schemas"]["ShownPrediction"] | null;
      ink: string;
      /** Format: date-time */
      created_at: string;
      versions: number[];
      /** @enum {string} */
      fate: "learned" | "waiting" | "exam" | "checking" | "rejected" | "deleted";
      learned_version: number | null;
      /** @default null */
      contributor?: string | null;
      /** @default null */
      confidence?: number | null;
    };
    DrawingRecord: {
      labels: components["schemas"]["LabelOut"][];
      learned: components["schemas"]["LearnedFrom"][];
    };
    DrawingWithStrokes: {
      id: string;
      label: number;
      /** @enum {string} */
      status: "accepted" | "quarantined" | "rejected" | "deleted";
      /** @enum {string} */
      split: "train" | "holdout_known" | "holdout_new";
      /** @enum {string} */
      source: "drawn" | "uploaded" | "imported";
      prediction: components["schemas"]["ShownPrediction"] | null;
      ink: string;
      /** Format: date-time */
      created_at: string;
      versions: number[];
      /** @enum {string} */
      fate: "learned" | "waiting" | "exam" | "checking" | "rejected" | "deleted";
      learned_version: number | null;
      /** @default null */
      contributor?: string | null;
      /** @default null */
      confidence?: number | null;
      strokes: number[][][] | null;
      width: number | null;
      height: number | null;
    };
    ErasureOut: {
      n_drawings: number;
      versions: number[];
      live_version: number | null;
    };
    ErrorOut: {
      error: string;
      message: string;
    } & {
      [key: string]: unknown;
    };
    EstimateOut: {
      n: number;
      is_exact: boolean;
      n_bytes: number;
    };
    FlipOut: {
      /** @enum {string} */
      source: "mnist" | "drawing";
      place: number;
      drawing_id: string | null;
      contributor: string | null;
      label: number;
      a: number;
      b: number;
      ink: string;
    };
    FoundOut: {
      by_label: number[];
      n_known: number;
      n_refused: number;
      refusals: string[];
      assumed: {
        [key: string]: unknown;
      };
      repair: string;
      samples: components["schemas"]["SampleOut"][];
      warnings: string[];
      warning_facts: components["schemas"]["NoticeOut"][];
      agreement: components["schemas"]["AgreementOut"] | null;
      proposal: components["schemas"]["ProposalOut"] | null;
      needs: ("repair" | "confirm") | null;
      has_left_out_file: boolean;
    };
    GalleryDrawing: {
      id: string;
      label: number;
      /** @enum {string} */
      status: "accepted" | "quarantined" | "rejected" | "deleted";
      /** @enum {string} */
      split: "train" | "holdout_known" | "holdout_new";
      /** @enum {string} */
      source: "drawn" | "uploaded" | "imported";
      prediction: components["schemas"]["ShownPrediction"] | null;
      ink: string;
      /** Format: date-time */
      created_at: string;
      versions: number[];
      /** @enum {string} */
      fate: "learned" | "waiting" | "exam" | "checking" | "rejected" | "deleted";
      learned_version: number | null;
      /** @default null */
      contributor?: string | null;
      confidence: number | null;
    };
    GalleryOut: {
      items: components["schemas"]["GalleryDrawing"][];
      next: string | null;
      is_capped: boolean;
    };
    ImportForm: {
      /** Format: binary */
      file: string;
      /**
       * @default false
       * @enum {string}
       */
      preview?: "true" | "false";
      /** @default  */
      repair?: string;
      /** @default  */
      confirm?: string;
    };
    JoinOut: {
      n_there: number;
      n_here: number;
    };
    KeptOut: {
      contributor: string;
      n_drawings: number;
      n_with_strokes: number;
      n_pictures: number;
      first_at: string | null;
      last_at: string | null;
      versions: number[];
      consented_at: string | null;
      retention_days: number;
      is_link_open: boolean;
    };
    LabelIn: {
      label: number;
      /** @default false */
      confirm?: boolean;
    };
    LabelOut: {
      label: number;
      by: string;
      /** Format: date-time */
      at: string;
    };
    LearnedFrom: {
      version: number;
      label: number;
      was_live: boolean;
    };
    LearnedOut: {
      n: number;
      n_right: number;
      n_right_before: number | null;
      version: number | null;
      previous_version: number | null;
      promoted_at: string | null;
      exam: components["schemas"]["RightOut"];
    };
    LinkIn: {
      token: string;
    };
    LinkOut: {
      token: string;
      /** Format: date-time */
      expires_at: string;
    };
    LiveOut: {
      version: number;
      previous_version: number | null;
      /** Format: date-time */
      since: string;
      /** @enum {string} */
      kind: "gate" | "promote" | "rollback";
      why: string;
      verdict: components["schemas"]["VerdictOut"] | null;
      /** @enum {string} */
      by: "gate" | "command" | "user";
      by_name: string | null;
    };
    LoginIn: {
      email: string;
      password: string;
    };
    MadeMap: {
      version: number;
      /** Format: date-time */
      made_at: string;
    };
    MapOut: {
      version: number;
      live_version: number | null;
      /** Format: date-time */
      made_at: string;
      seconds: number;
      n_since: number;
      mnist: components["schemas"]["MnistColumns"];
      drawings: components["schemas"]["DrawingColumns"];
    };
    MapsOut: {
      live_version: number | null;
      items: components["schemas"]["MadeMap"][];
      making: ("read" | "place") | null;
      making_since: string | null;
      is_owed: boolean;
      last_seconds: number | null;
      message: string | null;
      failure: string | null;
    };
    MeOut: {
      /** @enum {string} */
      role: "anybody" | "reviewer" | "admin";
      email: string | null;
      contributor: string;
      needs_setup: boolean;
    };
    MeasureOut: {
      n_correct: number;
      n: number;
    };
    MeasuredOut: {
      version: number;
      /** Format: date-time */
      created_at: string;
      was_live: boolean;
      mnist_test: components["schemas"]["MeasureOut"] | null;
      holdout_known: components["schemas"]["MeasureOut"] | null;
      holdout_new: components["schemas"]["MeasureOut"] | null;
    };
    MineCounts: {
      total: number;
      learned: number;
      waiting: number;
      exam: number;
      checking: number;
      live_version: number | null;
    };
    MineOut: {
      items: components["schemas"]["DrawingOut"][];
      next: string | null;
      counts: components["schemas"]["MineCounts"];
    };
    MnistColumns: {
      place: number[];
      x: number[];
      y: number[];
      label: number[];
      predicted: number[];
      near_label: number[];
      depth: number[];
      index: number[];
    };
    ModelOut: {
      version: number;
      /** @enum {string} */
      status: "live" | "retired" | "held";
      network: string;
      /** Format: date-time */
      created_at: string;
      promoted_at: string | null;
      base_version: number | null;
      run_id: number | null;
      n_drawings: number | null;
      n_new: number | null;
      is_anchor: boolean;
      scores: {
        [key: string]: unknown;
      };
      verdict: components["schemas"]["VerdictOut"] | null;
      /** @default null */
      about?: components["schemas"]["AboutVersion"] | null;
    };
    ModelsOut: {
      items: components["schemas"]["ModelOut"][];
      next: string | null;
    };
    Named: {
      name: string;
      facts: {
        [key: string]: unknown;
      };
    };
    NeedOut: {
      /** @enum {string} */
      kind:
        | "model"
        | "worker"
        | "shared_file"
        | "trainer_silent"
        | "trainer_missing"
        | "sqlite"
        | "disk"
        | "no_model"
        | "run_failed"
        | "run_held"
        | "quarantined"
        | "anchor"
        | "import_ready"
        | "webhook"
        | "schedule_off";
      facts: {
        [key: string]: string | number;
      };
    };
    NoticeOut: {
      name: string;
      facts: {
        [key: string]: unknown;
      };
    };
    OverviewDay: {
      n: number;
      n_read: number;
      n_disagreed: number;
      day: string;
    };
    OverviewOut: {
      needs: components["schemas"]["NeedOut"][];
      live: components["schemas"]["LiveOut"] | null;
      anchor: number | null;
      last_run: components["schemas"]["RunOut"] | null;
      queues: components["schemas"]["QueuesOut"];
      n_contributors: number;
      n_new_contributors: number;
      by_day: components["schemas"]["OverviewDay"][];
      by_digit: components["schemas"]["DigitOut"][];
      versions: components["schemas"]["MeasuredOut"][];
      promotions: components["schemas"]["PromotionOut"][];
    };
    OwnPasswordIn: {
      current: string;
      new: string;
    };
    PasswordOut: {
      id: number;
      email: string;
      password: string | null;
    };
    PasswordReset: {
      /** @default null */
      password?: string | null;
    };
    PhaseOut: {
      phase: string;
      seconds: number;
    };
    PictureForm: {
      /** Format: binary */
      file: string;
    };
    PredictionOut: {
      label: number | null;
      probabilities: number[];
      is_digit: boolean;
      reason: ("empty" | "dot" | "scribble" | "several" | "unfamiliar") | null;
      model_version: number;
      ink: string;
      steps: components["schemas"]["StepOut"][];
    };
    PromotedOut: {
      version: number;
      previous_version: number | null;
    };
    PromotionOut: {
      version: number;
      /** Format: date-time */
      at: string;
      /** @enum {string} */
      kind: "gate" | "promote" | "rollback";
    };
    ProposalOut: {
      repair: string;
      agreement: number | null;
      sentence: string;
      samples: components["schemas"]["SampleOut"][];
    };
    QueuesOut: {
      n_to_review: number;
      is_exact: boolean;
      n_quarantined: number;
      n_new: number;
      min_new_drawings: number;
    };
    ReadOut: {
      label: number;
      probability: number;
      second: number;
      model_version: number;
    };
    ReadingOut: {
      version: number;
      label: number | null;
      confidence: number | null;
      is_digit: boolean | null;
    };
    ReadingsOut: {
      items: components["schemas"]["ReadingOut"][];
    };
    ReadyOut: {
      /** @enum {string} */
      status: "ok" | "degraded" | "not_ready";
      problems: string[];
      version: number | null;
      sqlite: string;
    };
    Reason: {
      reason: string;
    };
    RestoreIn: {
      deleted_at: string;
    };
    RestoredOut: {
      n_drawings: number;
    };
    ReviewIn: {
      /** @enum {string} */
      decision: "accept" | "relabel" | "reject";
      /** @default null */
      label?: number | null;
    };
    ReviewItem: {
      id: string;
      label: number;
      /** @enum {string} */
      status: "accepted" | "quarantined" | "rejected" | "deleted";
      /** @enum {string} */
      split: "train" | "holdout_known" | "holdout_new";
      /** @enum {string} */
      source: "drawn" | "uploaded" | "imported";
      prediction: components["schemas"]["ShownPrediction"] | null;
      ink: string;
      /** Format: date-time */
      created_at: string;
      versions: number[];
      /** @enum {string} */
      fate: "learned" | "waiting" | "exam" | "checking" | "rejected" | "deleted";
      learned_version: number | null;
      /** @default null */
      contributor?: string | null;
      /** @default null */
      confidence?: number | null;
      /** @enum {string} */
      why: "quarantined" | "disagrees" | "unsure" | "sample";
      read: components["schemas"]["ReadOut"] | null;
    };
    ReviewOut: {
      items: components["schemas"]["ReviewItem"][];
      next: string | null;
      left: components["schemas"]["CountOut"];
      n_quarantined: number;
      n_done: number;
    };
    RightOut: {
      n: number;
      n_right: number;
      n_right_before: number | null;
    };
    RuleOut: {
      name: string;
      passed: boolean;
      value: unknown;
      bound: unknown;
      sentence: string;
      facts: {
        [key: string]: unknown;
      };
    };
    RunCounts: {
      new: number[];
      older: number[];
      n_deleted: number;
    };
    RunDrawingOut: {
      id: string;
      label: number;
      /** @enum {string} */
      status: "accepted" | "quarantined" | "rejected" | "deleted";
      /** @enum {string} */
      split: "train" | "holdout_known" | "holdout_new";
      /** @enum {string} */
      source: "drawn" | "uploaded" | "imported";
      prediction: components["schemas"]["ShownPrediction"] | null;
      ink: string;
      /** Format: date-time */
      created_at: string;
      versions: number[];
      /** @enum {string} */
      fate: "learned" | "waiting" | "exam" | "checking" | "rejected" | "deleted";
      learned_version: number | null;
      /** @default null */
      contributor?: string | null;
      confidence: number | null;
      learned_label: number;
      is_new: boolean;
    };
    RunDrawingsOut: {
      items: components["schemas"]["RunDrawingOut"][];
      next: string | null;
      counts: components["schemas"]["RunCounts"] | null;
    };
    RunInFull: {
      id: number;
      /** @enum {string} */
      status: "queued" | "running" | "promoted" | "held" | "failed" | "cancelled";
      phase: string | null;
      step: number | null;
      n_steps: number | null;
      loss: number | null;
      accuracy: number | null;
      version: number | null;
      verdict: components["schemas"]["VerdictOut"] | null;
      /** @enum {string} */
      requested_by: "schedule" | "first" | "command" | "user";
      base_version: number | null;
      n_new: number | null;
      n_drawings: number | null;
      /** Format: date-time */
      queued_at: string;
      started_at: string | null;
      finished_at: string | null;
      cancel_requested: boolean;
      message: string | null;
      failure: string | null;
      /** @default null */
      asked_by?: string | null;
      metrics: components["schemas"]["RunPoint"][];
      lines: components["schemas"]["RunLineOut"][];
      phases: components["schemas"]["PhaseOut"][];
      time_left: components["schemas"]["TimeLeft"] | null;
      progress_at: string | null;
      n_attempts: number;
      what_to_do: string | null;
      advice: components["schemas"]["Named"][];
      n_checking: number;
      told: components["schemas"]["DeliveryOut"] | null;
    };
    RunLineOut: {
      name: string;
      facts: {
        [key: string]: unknown;
      };
      /** Format: date-time */
      at: string;
      sentence: string;
    };
    RunOut: {
      id: number;
      /** @enum {string} */
      status: "queued" | "running" | "promoted" | "held" | "failed" | "cancelled";
      phase: string | null;
      step: number | null;
      n_steps: number | null;
      loss: number | null;
      accuracy: number | null;
      version: number | null;
      verdict: components["schemas"]["VerdictOut"] | null;
      /** @enum {string} */
      requested_by: "schedule" | "first" | "command" | "user";
      base_version: number | null;
      n_new: number | null;
      n_drawings: number | null;
      /** Format: date-time */
      queued_at: string;
      started_at: string | null;
      finished_at: string | null;
      cancel_requested: boolean;
      message: string | null;
      failure: string | null;
      /** @default null */
      asked_by?: string | null;
    };
    RunPoint: {
      phase: string;
      step: number;
      loss: number | null;
      accuracy: number | null;
    };
    RunsOut: {
      items: components["schemas"]["RunOut"][];
      next: string | null;
    };
    SampleOut: {
      ink: string;
      label: number;
    };
    ScheduleIn: {
      cron: string;
      /** @default  */
      timezone?: string;
      /** @default 20 */
      min_new_drawings?: number;
      /** @default true */
      enabled?: boolean;
    };
    ScheduleOut: {
      cron: string;
      timezone: string;
      min_new_drawings: number;
      enabled: boolean;
      next_run_at: string | null;
      last_run_at: string | null;
      last_outcome: string | null;
      sentence: string;
      description: components["schemas"]["Named"];
      rule_sentence: string;
      rule_description: components["schemas"]["Named"];
      next_runs: string[];
      zone: string;
    };
    SchedulePreviewOut: {
      sentence: string;
      description: components["schemas"]["Named"];
      next_runs: string[];
    };
    SessionOut: {
      id: number;
      email: string;
      browser: string | null;
      /** Format: date-time */
      created_at: string;
      /** Format: date-time */
      expires_at: string;
      is_current: boolean;
    };
    SessionsOut: {
      items: components["schemas"]["SessionOut"][];
      next: string | null;
    };
    SetupIn: {
      email: string;
      password: string;
      token: string;
    };
    ShownPrediction: {
      label: number | null;
      model_version: number;
    };
    StatsOut: {
      champion: components["schemas"]["ChampionOut"] | null;
      next_run_at: string | null;
      schedule_sentence: string;
      schedule_description: components["schemas"]["Named"];
      run: components["schemas"]["RunOut"] | null;
      n_drawings: number;
      n_contributors: number;
      n_new: number;
      by_label: number[];
      by_day: components["schemas"]["DayOut"][];
      by_status: {
        [key: string]: number;
      };
      min_new_drawings: number;
    };
    StepOut: {
      name: string;
      ms: number;
    };
    StoreIn: {
      /** @default  */
      repair?: string;
      /** @default  */
      confirm?: string;
    };
    StrokesIn: {
      strokes: number[][][];
      width: number;
      height: number;
    };
    SummaryOut: {
      n: number;
      is_exact: boolean;
      by: {
        [key: string]: {
          [key: string]: number;
        };
      } | null;
    };
    TimeLeft: {
      seconds: number;
      is_whole: boolean;
    };
    TokenIn: {
      name: string;
      /** @enum {string} */
      role: "reviewer" | "admin";
    };
    TokenOut: {
      token: string;
      name: string;
      /** @enum {string} */
      role: "reviewer" | "admin";
    };
    TokenRow: {
      id: number;
      name: string;
      /** @enum {string} */
      role: "reviewer" | "admin";
      email: string;
      /** Format: date-time */
      created_at: string;
      revoked_at: string | null;
    };
    TokensOut: {
      items: components["schemas"]["TokenRow"][];
      next: string | null;
    };
    TransferOut: {
      id: number;
      /** @enum {string} */
      kind: "import" | "export";
      /** @enum {string} */
      status:
        | "sending"
        | "queued"
        | "checking"
        | "ready"
        | "storing"
        | "done"
        | "refused"
        | "failed"
        | "undoing"
        | "undone";
      format: string | null;
      by: string;
      file_name: string | null;
      filters: {
        [key: string]: unknown;
      } | null;
      n_bytes: number | null;
      n_total: number | null;
      n_done: number;
      n_new: number;
      found: components["schemas"]["FoundOut"] | null;
      message: string | null;
      versions: number[];
      /** Format: date-time */
      created_at: string;
      finished_at: string | null;
    };
    TransfersOut: {
      items: components["schemas"]["TransferOut"][];
      next: string | null;
    };
    UserChange: {
      /** @default null */
      role?: ("reviewer" | "admin") | null;
      /** @default null */
      disabled?: boolean | null;
    };
    UserIn: {
      email: string;
      /** @enum {string} */
      role: "reviewer" | "admin";
      /** @default null */
      password?: string | null;
    };
    UserOut: {
      id: number;
      email: string;
      /** @enum {string} */
      role: "reviewer" | "admin";
      /** Format: date-time */
      created_at: string;
      disabled_at: string | null;
      n_sessions: number;
      n_tokens: number;
      last_sign_in_at: string | null;
    };
    UsersOut: {
      items: components["schemas"]["UserOut"][];
      next: string | null;
    };
    VerdictOut: {
      passed: boolean;
      sentence: string;
      rules: components["schemas"]["RuleOut"][];
    };
    WebhookIn: {
      url: string;
      events: ("promoted" | "held" | "failed")[];
      /** @default false */
      renew_secret?: boolean;
    };
    WebhookOut: {
      url: string | null;
      events: ("promoted" | "held" | "failed")[];
      updated_at: string | null;
      allows_private: boolean;
      secret: string | null;
      deliveries: components["schemas"]["DeliveryOut"][];
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type AboutVersion = components["schemas"]["AboutVersion"];
export type AgreementOut = components["schemas"]["AgreementOut"];
export type AnchorOut = components["schemas"]["AnchorOut"];
export type AuditEventOut = components["schemas"]["AuditEventOut"];
export type AuditOut = components["schemas"]["AuditOut"];
export type CellItem = components["schemas"]["CellItem"];
export type CellOut = components["schemas"]["CellOut"];
export type ChampionOut = components["schemas"]["ChampionOut"];
export type ChangeIn = components["schemas"]["ChangeIn"];
export type ChangeOut = components["schemas"]["ChangeOut"];
export type ClaimedPrediction = components["schemas"]["ClaimedPrediction"];
export type CompareOut = components["schemas"]["CompareOut"];
export type ConfusionOut = components["schemas"]["ConfusionOut"];
export type ConsentIn = components["schemas"]["ConsentIn"];
export type ContributorDifference = components["schemas"]["ContributorDifference"];
export type ContributorOut = components["schemas"]["ContributorOut"];
export type ContributorsOut = components["schemas"]["ContributorsOut"];
export type CountOut = components["schemas"]["CountOut"];
export type DayOut = components["schemas"]["DayOut"];
export type DeletedOut = components["schemas"]["DeletedOut"];
export type DeliveryOut = components["schemas"]["DeliveryOut"];
export type DifferenceOut = components["schemas"]["DifferenceOut"];
export type DigitOut = components["schemas"]["DigitOut"];
export type DrawingColumns = components["schemas"]["DrawingColumns"];
export type DrawingForm = components["schemas"]["DrawingForm"];
export type DrawingIn = components["schemas"]["DrawingIn"];
export type DrawingOut = components["schemas"]["DrawingOut"];
export type DrawingRecord = components["schemas"]["DrawingRecord"];
export type DrawingWithStrokes = components["schemas"]["DrawingWithStrokes"];
export type ErasureOut = components["schemas"]["ErasureOut"];
export type ErrorOut = components["schemas"]["ErrorOut"];
export type EstimateOut = components["schemas"]["EstimateOut"];
export type FlipOut = components["schemas"]["FlipOut"];
export type FoundOut = components["schemas"]["FoundOut"];
export type GalleryDrawing = components["schemas"]["GalleryDrawing"];
export type GalleryOut = components["schemas"]["GalleryOut"];
export type ImportForm = components["schemas"]["ImportForm"];
export type JoinOut = components["schemas"]["JoinOut"];
export type KeptOut = components["schemas"]["KeptOut"];
export type LabelIn = components["schemas"]["LabelIn"];
export type LabelOut = components["schemas"]["LabelOut"];
export type LearnedFrom = components["schemas"]["LearnedFrom"];
export type LearnedOut = components["schemas"]["LearnedOut"];
export type LinkIn = components["schemas"]["LinkIn"];
export type LinkOut = components["schemas"]["LinkOut"];
export type LiveOut = components["schemas"]["LiveOut"];
export type LoginIn = components["schemas"]["LoginIn"];
export type MadeMap = components["schemas"]["MadeMap"];
export type MapOut = components["schemas"]["MapOut"];
export type MapsOut = components["schemas"]["MapsOut"];
export type MeOut = components["schemas"]["MeOut"];
export type MeasureOut = components["schemas"]["MeasureOut"];
export type MeasuredOut = components["schemas"]["MeasuredOut"];
export type MineCounts = components["schemas"]["MineCounts"];
export type MineOut = components["schemas"]["MineOut"];
export type MnistColumns = components["schemas"]["MnistColumns"];
export type ModelOut = components["schemas"]["ModelOut"];
export type ModelsOut = components["schemas"]["ModelsOut"];
export type Named = components["schemas"]["Named"];
export type NeedOut = components["schemas"]["NeedOut"];
export type NoticeOut = components["schemas"]["NoticeOut"];
export type OverviewDay = components["schemas"]["OverviewDay"];
export type OverviewOut = components["schemas"]["OverviewOut"];
export type OwnPasswordIn = components["schemas"]["OwnPasswordIn"];
export type PasswordOut = components["schemas"]["PasswordOut"];
export type PasswordReset = components["schemas"]["PasswordReset"];
export type PhaseOut = components["schemas"]["PhaseOut"];
export type PictureForm = components["schemas"]["PictureForm"];
export type PredictionOut = components["schemas"]["PredictionOut"];
export type PromotedOut = components["schemas"]["PromotedOut"];
export type PromotionOut = components["schemas"]["PromotionOut"];
export type ProposalOut = components["schemas"]["ProposalOut"];
export type QueuesOut = components["schemas"]["QueuesOut"];
export type ReadOut = components["schemas"]["ReadOut"];
export type ReadingOut = components["schemas"]["ReadingOut"];
export type ReadingsOut = components["schemas"]["ReadingsOut"];
export type ReadyOut = components["schemas"]["ReadyOut"];
export type Reason = components["schemas"]["Reason"];
export type RestoreIn = components["schemas"]["RestoreIn"];
export type RestoredOut = components["schemas"]["RestoredOut"];
export type ReviewIn = components["schemas"]["ReviewIn"];
export type ReviewItem = components["schemas"]["ReviewItem"];
export type ReviewOut = components["schemas"]["ReviewOut"];
export type RightOut = components["schemas"]["RightOut"];
export type RuleOut = components["schemas"]["RuleOut"];
export type RunCounts = components["schemas"]["RunCounts"];
export type RunDrawingOut = components["schemas"]["RunDrawingOut"];
export type RunDrawingsOut = components["schemas"]["RunDrawingsOut"];
export type RunInFull = components["schemas"]["RunInFull"];
export type RunLineOut = components["schemas"]["RunLineOut"];
export type RunOut = components["schemas"]["RunOut"];
export type RunPoint = components["schemas"]["RunPoint"];
export type RunsOut = components["schemas"]["RunsOut"];
export type SampleOut = components["schemas"]["SampleOut"];
export type ScheduleIn = components["schemas"]["ScheduleIn"];
export type ScheduleOut = components["schemas"]["ScheduleOut"];
export type SchedulePreviewOut = components["schemas"]["SchedulePreviewOut"];
export type SessionOut = components["schemas"]["SessionOut"];
export type SessionsOut = components["schemas"]["SessionsOut"];
export type SetupIn = components["schemas"]["SetupIn"];
export type ShownPrediction = components["schemas"]["ShownPrediction"];
export type StatsOut = components["schemas"]["StatsOut"];
export type StepOut = components["schemas"]["StepOut"];
export type StoreIn = components["schemas"]["StoreIn"];
export type StrokesIn = components["schemas"]["StrokesIn"];
export type SummaryOut = components["schemas"]["SummaryOut"];
export type TimeLeft = components["schemas"]["TimeLeft"];
export type TokenIn = components["schemas"]["TokenIn"];
export type TokenOut = components["schemas"]["TokenOut"];
export type TokenRow = components["schemas"]["TokenRow"];
export type TokensOut = components["schemas"]["TokensOut"];
export type TransferOut = components["schemas"]["TransferOut"];
export type TransfersOut = components["schemas"]["TransfersOut"];
export type UserChange = components["schemas"]["UserChange"];
export type UserIn = components["schemas"]["UserIn"];
export type UserOut = components["schemas"]["UserOut"];
export type UsersOut = components["schemas"]["UsersOut"];
export type VerdictOut = components["schemas"]["VerdictOut"];
export type WebhookIn = components["schemas"]["WebhookIn"];
export type WebhookOut = components["schemas"]["WebhookOut"];
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
