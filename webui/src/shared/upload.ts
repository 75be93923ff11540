/** Sends a form with a large file, and tells how far it is. */

import { Refused, Unreachable } from "./api";
import { language } from "./language";

/**
 * By XMLHttpRequest, since fetch does not tell how much of a body has been sent, and two gigabytes
 * take a while: there is no time-out either.
 */
export function upload<Answer>(
  path: string,
  form: FormData,
  onProgress: (share: number) => void,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/v1${path}`);
    request.setRequestHeader("Accept-Language", language.value);
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => {
      onProgress(total === 0 ? 0 : loaded / total);
    };
    request.onerror = () => reject(new Unreachable());
    request.onload = () => {
      const answer: unknown = request.response;
      if (request.status >= 200 && request.status < 300 && answer !== null) {
        resolve(answer as Answer);
      } else {
        reject(new Refused(request.status, messageOf(answer, request.statusText), null));
      }
    };
    request.send(form);
  });
}

function messageOf(answer: unknown, otherwise: string): string {
  if (typeof answer !== "object" || answer === null || !("message" in answer)) return otherwise;
  return String(answer.message);
}
