//! Fields that many providers ask for, in every language: an entry that asks for one of these need not describe it.

use super::field::Field;
use crate::Text;

struct Standard {
    name: &'static str,
    secret: bool,
    /// English, German, French, Spanish.
    title: [&'static str; 4],
    /// The same languages.
    description: [&'static str; 4],
}

/// The standard field of this name, if there is one.
pub(crate) fn field(name: &str) -> Option<Field> {
    let standard = STANDARD.iter().find(|standard| standard.name == name)?;
    Some(Field {
        title: Text::of(standard.title),
        description: Text::of(standard.description),
        pattern: None,
        format: None,
        example: None,
        prefix: None,
        suffix: None,
        default_value: None,
        optional: false,
        secret: standard.secret,
        automated: false,
        hidden: false,
        allowed: Vec::new(),
        order: None,
        doc_section: None,
        visible_when: None,
    })
}

/// All their names.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    STANDARD.iter().map(|standard| standard.name)
}

const STANDARD: &[Standard] = &[
    Standard {
        name: "apiKey",
        secret: true,
        title: ["API key", "API-Schlüssel", "Clé API", "Clave de API"],
        description: ["The API key of the account", "Der API-Schlüssel des Kontos", "La clé API du compte", "La clave de API de la cuenta"],
    },
    Standard {
        name: "username",
        secret: false,
        title: ["User name", "Benutzername", "Nom d’utilisateur", "Nombre de usuario"],
        description: [
            "The name that the account signs in with",
            "Der Name, mit dem sich das Konto anmeldet",
            "Le nom avec lequel le compte se connecte",
            "El nombre con el que inicia sesión la cuenta",
        ],
    },
    Standard {
        name: "password",
        secret: true,
        title: ["Password", "Passwort", "Mot de passe", "Contraseña"],
        description: ["The password of the account", "Das Passwort des Kontos", "Le mot de passe du compte", "La contraseña de la cuenta"],
    },
    Standard {
        name: "client_id",
        secret: false,
        title: ["Client ID", "Client-ID", "ID client", "ID de cliente"],
        description: [
            "The public identifier of the application that was registered with the provider",
            "Die öffentliche Kennung der Anwendung, die beim Anbieter registriert ist",
            "L’identifiant public de l’application enregistrée chez le fournisseur",
            "El identificador público de la aplicación registrada en el proveedor",
        ],
    },
    Standard {
        name: "client_secret",
        secret: true,
        title: ["Client secret", "Client-Secret", "Secret client", "Secreto de cliente"],
        description: [
            "The secret of the application that was registered with the provider",
            "Das Secret der Anwendung, die beim Anbieter registriert ist",
            "Le secret de l’application enregistrée chez le fournisseur",
            "El secreto de la aplicación registrada en el proveedor",
        ],
    },
    Standard {
        name: "client_private_key",
        secret: true,
        title: ["Private key", "Privater Schlüssel", "Clé privée", "Clave privada"],
        description: [
            "The application’s private key as PEM text, from -----BEGIN to -----END",
            "Der private Schlüssel der Anwendung als PEM-Text, von -----BEGIN bis -----END",
            "La clé privée de l’application au format PEM, de -----BEGIN à -----END",
            "La clave privada de la aplicación en formato PEM, de -----BEGIN a -----END",
        ],
    },
    Standard {
        name: "client_certificate",
        secret: false,
        title: ["Certificate", "Zertifikat", "Certificat", "Certificado"],
        description: [
            "The application’s certificate as PEM text, from -----BEGIN to -----END",
            "Das Zertifikat der Anwendung als PEM-Text, von -----BEGIN bis -----END",
            "Le certificat de l’application au format PEM, de -----BEGIN à -----END",
            "El certificado de la aplicación en formato PEM, de -----BEGIN a -----END",
        ],
    },
    Standard {
        name: "token_id",
        secret: true,
        title: ["Token ID", "Token-ID", "ID du jeton", "ID del token"],
        description: [
            "The identifier of the access token, shown once when it is created",
            "Die Kennung des Zugriffstokens, nur beim Anlegen angezeigt",
            "L’identifiant du jeton d’accès, affiché une seule fois à sa création",
            "El identificador del token de acceso, mostrado una sola vez al crearlo",
        ],
    },
    Standard {
        name: "token_secret",
        secret: true,
        title: ["Token secret", "Token-Secret", "Secret du jeton", "Secreto del token"],
        description: [
            "The secret of the access token, shown once when it is created",
            "Das Secret des Zugriffstokens, nur beim Anlegen angezeigt",
            "Le secret du jeton d’accès, affiché une seule fois à sa création",
            "El secreto del token de acceso, mostrado una sola vez al crearlo",
        ],
    },
    Standard {
        name: "organization_id",
        secret: false,
        title: ["Organization ID", "Organisations-ID", "ID de l’organisation", "ID de la organización"],
        description: [
            "The identifier of the organization",
            "Die Kennung der Organisation",
            "L’identifiant de l’organisation",
            "El identificador de la organización",
        ],
    },
    Standard {
        name: "dev_key",
        secret: true,
        title: ["Developer key", "Entwicklerschlüssel", "Clé de développeur", "Clave de desarrollador"],
        description: [
            "The developer key that the provider gave for its API",
            "Der Entwicklerschlüssel, den der Anbieter für seine API vergeben hat",
            "La clé de développeur que le fournisseur a donnée pour son API",
            "La clave de desarrollador que el proveedor dio para su API",
        ],
    },
    Standard {
        name: "role_arn",
        secret: false,
        title: ["Role ARN", "Rollen-ARN", "ARN du rôle", "ARN del rol"],
        description: [
            "The role in your account that is assumed for each request",
            "Die Rolle in Ihrem Konto, die für jede Anfrage angenommen wird",
            "Le rôle de votre compte qui est endossé pour chaque requête",
            "El rol de su cuenta que se asume en cada petición",
        ],
    },
    Standard {
        name: "external_id",
        secret: false,
        title: ["External ID", "Externe ID", "ID externe", "ID externo"],
        description: [
            "The external ID that the role’s trust policy asks for",
            "Die externe ID, die die Vertrauensrichtlinie der Rolle verlangt",
            "L’ID externe qu’exige la politique de confiance du rôle",
            "El ID externo que exige la política de confianza del rol",
        ],
    },
    Standard {
        name: "region",
        secret: false,
        title: ["Region", "Region", "Région", "Región"],
        description: [
            "The region in which the account lives",
            "Die Region, in der das Konto liegt",
            "La région dans laquelle se trouve le compte",
            "La región en la que está la cuenta",
        ],
    },
    Standard {
        name: "subdomain",
        secret: false,
        title: ["Subdomain", "Subdomain", "Sous-domaine", "Subdominio"],
        description: [
            "The first part of the address at which you sign in",
            "Der erste Teil der Adresse, unter der Sie sich anmelden",
            "La première partie de l’adresse à laquelle vous vous connectez",
            "La primera parte de la dirección en la que inicia sesión",
        ],
    },
    Standard {
        name: "domain",
        secret: false,
        title: ["Domain", "Domain", "Domaine", "Dominio"],
        description: ["The domain of the account", "Die Domain des Kontos", "Le domaine du compte", "El dominio de la cuenta"],
    },
    Standard {
        name: "hostname",
        secret: false,
        title: ["Host name", "Hostname", "Nom d’hôte", "Nombre de host"],
        description: [
            "The host at which you sign in, without https://",
            "Der Host, an dem Sie sich anmelden, ohne https://",
            "L’hôte auquel vous vous connectez, sans https://",
            "El host en el que inicia sesión, sin https://",
        ],
    },
    Standard {
        name: "baseUrl",
        secret: false,
        title: ["Base URL", "Basis-URL", "URL de base", "URL base"],
        description: [
            "What every endpoint is appended to",
            "Woran jeder Endpunkt angehängt wird",
            "Ce à quoi chaque point d’accès est ajouté",
            "A lo que se añade cada endpoint",
        ],
    },
    Standard {
        name: "accountId",
        secret: false,
        title: ["Account ID", "Konto-ID", "ID du compte", "ID de la cuenta"],
        description: [
            "The identifier of the account",
            "Die Kennung des Kontos",
            "L’identifiant du compte",
            "El identificador de la cuenta",
        ],
    },
    Standard {
        name: "tenantId",
        secret: false,
        title: ["Tenant ID", "Mandanten-ID", "ID du locataire", "ID de inquilino"],
        description: [
            "The identifier of the tenant (directory)",
            "Die Kennung des Mandanten (Verzeichnisses)",
            "L’identifiant du locataire (annuaire)",
            "El identificador del inquilino (directorio)",
        ],
    },
    Standard {
        name: "environment",
        secret: false,
        title: ["Environment", "Umgebung", "Environnement", "Entorno"],
        description: [
            "Which of the provider’s environments the account belongs to",
            "Zu welcher Umgebung des Anbieters das Konto gehört",
            "L’environnement du fournisseur auquel appartient le compte",
            "El entorno del proveedor al que pertenece la cuenta",
        ],
    },
    Standard {
        name: "mcp_server_url",
        secret: false,
        title: ["MCP server URL", "URL des MCP-Servers", "URL du serveur MCP", "URL del servidor MCP"],
        description: [
            "The address of the MCP server, as its provider gives it",
            "Die Adresse des MCP-Servers, wie sein Anbieter sie angibt",
            "L’adresse du serveur MCP, telle que son fournisseur l’indique",
            "La dirección del servidor MCP, tal como la indica su proveedor",
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_stands_once_and_says_something_in_each_language() {
        for (index, standard) in STANDARD.iter().enumerate() {
            assert!(STANDARD[..index].iter().all(|other| other.name != standard.name), "{}", standard.name);
            for text in standard.title.iter().chain(&standard.description) {
                assert!(!text.trim().is_empty(), "{}", standard.name);
            }
        }
    }
}
