-- Signs in with passkeys, two requests each: asks for a challenge, signs it as an authenticator does, answers. Arguments are the file
-- with the private key (PEM, P-256), the origin, and a file with the identities of the credentials, all of that one key.
local ffi = require("ffi")

ffi.cdef [[
   void *BIO_new_file(const char *name, const char *mode);
   void *PEM_read_bio_PrivateKey(void *bio, void *key, void *callback, void *argument);
   const void *EVP_sha256(void);
   void *EVP_MD_CTX_new(void);
   int EVP_DigestSignInit(void *context, void *key_context, const void *digest, void *engine, void *key);
   int EVP_DigestSign(void *context, unsigned char *signature, size_t *length, const unsigned char *data, size_t count);
   unsigned char *SHA256(const unsigned char *data, size_t count, unsigned char *digest);
]]

-- wrk itself is linked with OpenSSL.
local crypto = ffi.C
local digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
local origin, key, context, data
local credentials, turn = {}, 0
local answers, first, last = {}, 1, 0
local signature, length = ffi.new("unsigned char[128]"), ffi.new("size_t[1]")

local function base64(text)
   local out = {}
   for start = 1, #text, 3 do
      local a, b, c = text:byte(start, start + 2)
      local word = a * 65536 + (b or 0) * 256 + (c or 0)
      for place = 0, c and 3 or b and 2 or 1 do
         local digit = math.floor(word / 64 ^ (3 - place)) % 64
         out[#out + 1] = digits:sub(digit + 1, digit + 1)
      end
   end
   return table.concat(out)
end

local function sha256(text)
   local digest = ffi.new("unsigned char[32]")
   crypto.SHA256(text, #text, digest)
   return ffi.string(digest, 32)
end

local function sign(text)
   length[0] = 128
   if crypto.EVP_DigestSignInit(context, nil, crypto.EVP_sha256(), nil, key) ~= 1
      or crypto.EVP_DigestSign(context, signature, length, text, #text) ~= 1 then
      error("OpenSSL does not sign")
   end
   return ffi.string(signature, length[0])
end

local function answer(challenge)
   turn = turn % #credentials + 1
   local client = string.format('{"type":"webauthn.get","challenge":"%s","origin":"%s"}', challenge, origin)
   local id = credentials[turn]
   return string.format(
      '{"credential":{"id":"%s","rawId":"%s","type":"public-key","authenticatorAttachment":"platform",'
         .. '"response":{"clientDataJSON":"%s","authenticatorData":"%s","signature":"%s"},"clientExtensionResults":{}},'
         .. '"tokenDelivery":"body"}',
      id, id, base64(client), base64(data), base64(sign(data .. sha256(client))))
end

function init(arguments)
   origin = arguments[2]
   key = crypto.PEM_read_bio_PrivateKey(crypto.BIO_new_file(arguments[1], "r"), nil, nil, nil)
   context = crypto.EVP_MD_CTX_new()
   -- User present and verified; a counter that stays at nought.
   data = sha256(origin:match("//([^:/]+)")) .. "\5\0\0\0\0"
   for line in io.lines(arguments[3]) do credentials[#credentials + 1] = line end
   wrk.method = "POST"
   wrk.headers["Content-Type"] = "application/json"
end

function request()
   local body = answers[first]
   if not body then return wrk.format(nil, "/v1/auth/passkeys/authentication-options", nil, "{}") end
   answers[first] = nil
   first = first + 1
   return wrk.format(nil, "/v1/auth/passkeys/authentication", nil, body)
end

function response(status, headers, body)
   local challenge = body:match('"challenge":"([^"]+)"')
   if challenge then
      last = last + 1
      answers[last] = answer(challenge)
   end
end
