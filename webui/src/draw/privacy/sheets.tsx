/** All that the draw page loads when somebody asks about their own data. */

import "./styles.css";

export { JoinDialog } from "./join-dialog";
export { PrivacySheet } from "./sheet";
