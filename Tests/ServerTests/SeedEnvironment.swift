import Accounts
import Credentials
import Sessions

/// The specification's own `.env`, with its comments, blank lines and quotes as they stand there.
enum SeedEnvironment {
    static let text = #"""
        # ============================================
        # JWT CONFIGURATION (OWASP 2024 Standard)
        # ============================================

        # Access Token: 15 minutes (OWASP recommended: 5-15 minutes)
        # Why: Balances security (short attack window) with performance
        JWT_SECRET=your-production-secret-min-32-chars-CHANGE-THIS
        JWT_EXPIRATION=15m

        # Refresh Token: 7 days (OWASP recommended: 7-30 days)
        # Why: Convenient for users, but not excessively long
        REFRESH_TOKEN_EXPIRATION=7d


        # ============================================
        # SECURITY FEATURES (Production Ready)
        # ============================================

        # Token Rotation (OWASP REQUIRED)
        # Generates new refresh token on each use, invalidates old one
        ENABLE_TOKEN_ROTATION=true

        # Theft Detection (OWASP RECOMMENDED)
        # If revoked token is reused, invalidate all user tokens
        ENABLE_THEFT_DETECTION=true

        # Account Lockout (SOC 2 Required)
        # Lock account after 5 failed login attempts for 30 minutes
        MAX_LOGIN_ATTEMPTS=5
        LOCKOUT_DURATION_MINUTES=30

        # Rate Limiting (OWASP Required)
        # Prevent brute force attacks
        RATE_LIMIT_LOGIN_MAX=30
        RATE_LIMIT_LOGIN_WINDOW=15

        # Password Requirements (SOC 2 Required)
        MIN_PASSWORD_LENGTH=12
        REQUIRE_UPPERCASE=true
        REQUIRE_LOWERCASE=true
        REQUIRE_NUMBER=true
        REQUIRE_SPECIAL_CHAR=true


        # ============================================
        # ADVANCED SECURITY (Enable After Testing)
        # ============================================

        # Device Fingerprinting
        # Detect logins from new/suspicious devices
        ENABLE_DEVICE_FINGERPRINT_CHECK=false  # Start disabled, test first

        # IP Anomaly Detection
        # Alert when login from unusual geographic location
        ENABLE_IP_ANOMALY_DETECTION=false  # Start disabled, test first

        # Geographic Distance Threshold (miles)
        # Alert if login from >500 miles away from last login
        GEO_ANOMALY_THRESHOLD_MILES=500

        # Email Login Notifications
        # Send email when login from new device
        ENABLE_EMAIL_LOGIN_NOTIFICATIONS=true

        # MFA (Multi-Factor Authentication)
        # Require 2FA for sensitive operations
        ENABLE_MFA=false  # Future enhancement


        # ============================================
        # COOKIE CONFIGURATION (httpOnly Security)
        # ============================================

        # Secure Cookies (HTTPS Only)
        COOKIE_SECURE=true  # Production must be true

        # SameSite Policy (CSRF Protection)
        # strict = Best security, lax = Good balance, none = Not recommended
        COOKIE_SAMESITE=strict

        # Cookie Domain
        COOKIE_DOMAIN=.example.com  # Allows subdomains


        # ============================================
        # SESSION MANAGEMENT
        # ============================================

        # Inactivity Timeout (Auto-logout after idle time)
        SESSION_INACTIVITY_TIMEOUT_MINUTES=60

        # Absolute Session Timeout (Force re-auth after this time)
        SESSION_ABSOLUTE_TIMEOUT_HOURS=12

        # Require Re-Authentication for Sensitive Operations
        REQUIRE_REAUTH_FOR_DELETE=true  # Password required to delete data
        REQUIRE_REAUTH_FOR_EXPORT=true  # Password required to export data
        REAUTH_WINDOW_MINUTES=5  # Must re-auth if token older than 5 min


        # ============================================
        # DATABASE SECURITY
        # ============================================

        # Connection Pool Limits
        DB_CONNECTION_POOL_MIN=2
        DB_CONNECTION_POOL_MAX=10

        # Query Timeout (Prevent long-running queries)
        DB_QUERY_TIMEOUT_MS=30000

        # SSL Mode (Production)
        DB_SSL_MODE=require


        # ============================================
        # LOGGING & MONITORING
        # ============================================

        # Security Event Logging (REQUIRED)
        ENABLE_SECURITY_EVENT_LOGGING=true

        # Log Retention (Days)
        SECURITY_LOG_RETENTION_DAYS=90

        # Sentry Error Tracking
        SENTRY_DSN=your-sentry-dsn-here
        SENTRY_ENVIRONMENT=production

        # Alert on Security Events
        ALERT_ON_ACCOUNT_LOCKOUT=true
        ALERT_ON_MULTIPLE_FAILED_LOGINS=true
        ALERT_ON_GEO_ANOMALY=true
        ALERT_ON_TOKEN_THEFT_DETECTION=true


        # ============================================
        # CORS CONFIGURATION
        # ============================================

        # Allowed Origins (Production domains only)
        CORS_ALLOWED_ORIGINS=https://crm.example.com,https://www.example.com

        # Allow Credentials (Required for httpOnly cookies)
        CORS_ALLOW_CREDENTIALS=true


        # ============================================
        # CONTENT SECURITY POLICY (XSS Protection)
        # ============================================

        # CSP Header (Prevent XSS attacks)
        CSP_DEFAULT_SRC='self'
        CSP_SCRIPT_SRC='self' 'unsafe-inline' 'unsafe-eval'
        CSP_STYLE_SRC='self' 'unsafe-inline'
        CSP_IMG_SRC='self' data: https:
        CSP_CONNECT_SRC='self' https://api.example.com


        # ============================================
        # FEATURE FLAGS (Gradual Rollout)
        # ============================================

        # Enable features gradually
        ENABLE_BIOMETRIC_AUTH=false  # Future: Face ID, Touch ID
        ENABLE_HARDWARE_KEYS=false   # Future: YubiKey support
        ENABLE_RISK_BASED_AUTH=false # Future: Adaptive authentication
        """#

    /// The lines that are assignments, cut by hand: what a reader must make of them.
    static var names: Set<String> {
        let assignments = text.split(separator: "\n").filter { !$0.hasPrefix("#") && $0.contains("=") }
        return Set(assignments.map { String($0.prefix { $0 != "=" }) })
    }
}
