import Web

/// The module `/assets/passkeys.js`: what a page needs of JavaScript to make and use passkeys, and to tell the browser of those that are gone
/// (WebAuthn Level 3 §5.1.10). It keeps no token; whoever calls it hands in how to speak to the API.
enum PasskeysScript {
    static let text = #"""
        // Passkeys for a page of this site. `call(method, path, body)` must send a request to the API on behalf of whoever
        // is signed in, and resolve to the parsed answer or throw.

        /** Makes a passkey and registers it. `name` is what its owner calls it; `attachment` is 'platform' for this device, 'cross-platform' for a
            key that is carried along, and undefined for either. */
        export async function register(call, name, attachment) {
          await withdraw();
          const options = await call('POST', '/v1/auth/passkeys/registration-options', {});
          if (attachment) options.authenticatorSelection.authenticatorAttachment = attachment;
          const credential = await navigator.credentials.create({
            publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
          });
          const answer = await call('POST', '/v1/auth/passkeys', { credential: credential.toJSON(), name });
          await signal(call);
          return answer;
        }

        /** Signs in with a passkey alone. With `conditional`, offers it in the autofill of a field with autocomplete="username webauthn" for as long
            as the page is open; resolves to null where the browser has no such offer, and when another request takes its place. */
        export async function signIn(call, { conditional = false, abort } = {}) {
          const credential = conditional
            ? await offered(call, abort)
            : await assertion(await signInOptions(call), abort);
          if (!credential) return null;
          try {
            return await call('POST', '/v1/auth/passkeys/authentication', { credential });
          } catch (problem) {
            if (problem.code === 'passkey_unknown') {
              await PublicKeyCredential.signalUnknownCredential?.(
                { rpId: problem.rpId, credentialId: problem.credentialId });
            }
            throw problem;
          }
        }

        /** Answers the second step of a sign-in. */
        export async function secondFactor(call, challengeToken, rememberDevice = false) {
          const options = await call('POST', '/v1/auth/passkeys/authentication-options', { challengeToken });
          return call('POST', '/v1/auth/mfa',
            { challengeToken, method: 'webauthn', credential: await assertion(options), rememberDevice });
        }

        /** Confirms who is signed in, before something sensitive. */
        export async function stepUp(call) {
          const options = await call('POST', '/v1/auth/passkeys/authentication-options', { stepUp: true });
          return call('POST', '/v1/auth/reauthenticate', { method: 'webauthn', credential: await assertion(options) });
        }

        /** Renames a passkey. */
        export async function rename(call, id, name) {
          const answer = await call('PATCH', `/v1/auth/passkeys/${id}`, { name });
          await signal(call);
          return answer;
        }

        /** Removes a passkey, here and in the browser. */
        export async function remove(call, id) {
          await call('DELETE', `/v1/auth/passkeys/${id}`);
          await signal(call);
        }

        /** Tells the browser which passkeys count and what their owner is called now; browsers that cannot be told are let be. */
        export async function signal(call) {
          const known = (await call('GET', '/v1/auth/passkeys')).signal;
          const { rpId, userId, name, displayName, allAcceptedCredentialIds } = known;
          await PublicKeyCredential.signalAllAcceptedCredentials?.({ rpId, userId, allAcceptedCredentialIds });
          await PublicKeyCredential.signalCurrentUserDetails?.({ rpId, userId, name, displayName });
        }

        // What the autofill offers now. A browser holds one request at a time and refuses a second, so an offer makes way for whatever is asked for.
        let offer = null;

        async function withdraw() {
          while (offer) {
            offer.stop();
            await offer.end;
          }
        }

        async function offered(call, abort) {
          if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return null;
          await withdraw();
          abort?.throwIfAborted();
          let isWanted = true, request, isOver;
          const mine = { stop: () => { isWanted = false; request?.abort(); }, end: new Promise(over => { isOver = over; }) };
          offer = mine;
          abort?.addEventListener('abort', mine.stop);
          try {
            while (isWanted) {
              const options = await signInOptions(call);
              if (!isWanted) break;
              // A challenge runs out, and a page may lie open for an hour: in time there is a new one.
              const current = request = new AbortController();
              const renewal = setTimeout(() => current.abort(), options.timeout * 0.8 || 240_000);
              try {
                return await get(options, current.signal, 'conditional');
              } catch (error) {
                if (!current.signal.aborted) throw error;
              } finally {
                clearTimeout(renewal);
              }
            }
            abort?.throwIfAborted();
            return null;
          } finally {
            abort?.removeEventListener('abort', mine.stop);
            if (offer === mine) offer = null;
            isOver();
          }
        }

        async function signInOptions(call) {
          return call('POST', '/v1/auth/passkeys/authentication-options', {});
        }

        async function assertion(options, abort) {
          await withdraw();
          return get(options, abort, 'optional');
        }

        async function get(options, signal, mediation) {
          const credential = await navigator.credentials.get({
            publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options), mediation, signal,
          });
          return credential.toJSON();
        }

        """#
}
