// The validator badge would ask a server on the internet: off.
SwaggerUIBundle({ url: "/api/v1/openapi.json", dom_id: "#docs", validatorUrl: null, deepLinking: true });
