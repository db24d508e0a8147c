/// The module `/assets/passkeys.js`: what a page needs of JavaScript to make and use passkeys, and to tell the browser of those that are gone
/// (WebAuthn Level 3 §5.1.10). It keeps no token; whoever calls it hands in how to speak to the API.
enum PasskeysScript {
    static let text = #"""
        // Passkeys for a page of this site. `call(method, path, body)` must send a request to the API on behalf of whoever
        // is signed in, and resolve to the parsed answer or throw.

        /** Makes a passkey and registers it; `name` is what its owner calls it. */
        export async function register(call, name) {
          const options = await call('POST', '/v1/auth/passkeys/registration-options', {});
          const credential = await navigator.credentials.create({
            publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
          });
          const answer = await call('POST', '/v1/auth/passkeys', { credential: credential.toJSON(), name });
          await signal(call);
          return answer;
        }

        /** Signs in with a passkey alone. With `conditional`, offers it in the autofill of a field with autocomplete="username webauthn". */
        export async function signIn(call, { conditional = false, abort } = {}) {
          if (conditional && !(await PublicKeyCredential.isConditionalMediationAvailable?.())) return null;
          const credential = await assertion(
            await call('POST', '/v1/auth/passkeys/authentication-options', {}), conditional, abort);
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
          const options = await call('POST', '/v1/auth/passkeys/authentication-options', {});
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

        async function assertion(options, conditional = false, abort = undefined) {
          const credential = await navigator.credentials.get({
            publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options),
            mediation: conditional ? 'conditional' : 'optional', signal: abort,
          });
          return credential.toJSON();
        }

        """#
}
