/** All that the draw page loads when somebody asks about their own data. */

import "../../../styles/privacy.css";

export { JoinDialog } from "./join-dialog";
export { PrivacySheet } from "./privacy-sheet";
