# In the tenant of the nodes.
resource "azuread_application" "partner_pulls" {
  display_name     = "partner-pulls"
  sign_in_audience = "AzureADMultipleOrgs"
}

resource "azuread_application_federated_identity_credential" "nodes" {
  application_id = azuread_application.partner_pulls.id
  display_name   = "kubelet"
  issuer         = "https://login.microsoftonline.com/10000000-aaaa-4aaa-8aaa-000000000001/v2.0"
  subject        = "20000000-bbbb-4bbb-8bbb-000000000014"
  audiences      = ["api://AzureADTokenExchange"]
}

# In the tenant of the registry.
provider "azuread" {
  alias     = "partner"
  tenant_id = "10000000-aaaa-4aaa-8aaa-000000000005"
}

provider "azurerm" {
  alias           = "partner"
  tenant_id       = "10000000-aaaa-4aaa-8aaa-000000000005"
  subscription_id = "30000000-cccc-4ccc-8ccc-000000000005"
  features {}
}

resource "azuread_service_principal" "partner_pulls" {
  provider  = azuread.partner
  client_id = azuread_application.partner_pulls.client_id
}

resource "azurerm_role_assignment" "partner_pulls" {
  provider             = azurerm.partner
  scope                = "/subscriptions/30000000-cccc-4ccc-8ccc-000000000005/resourceGroups/registries/providers/Microsoft.ContainerRegistry/registries/partnerreg"
  role_definition_name = "AcrPull"
  principal_id         = azuread_service_principal.partner_pulls.object_id
}
