resource "azuread_application" "image_pulls" {
  display_name     = "image-pulls"
  sign_in_audience = "AzureADMyOrg"
}

resource "azuread_service_principal" "image_pulls" {
  client_id = azuread_application.image_pulls.client_id
}

resource "azuread_application_federated_identity_credential" "image_pulls" {
  application_id = azuread_application.image_pulls.id
  display_name   = "pods"
  issuer         = "https://oidc.example.com/clusters/on-premises"
  subject        = "system:serviceaccount:default:app"
  audiences      = ["api://AzureADTokenExchange"]
}

resource "azurerm_role_assignment" "image_pulls" {
  scope                = "/subscriptions/30000000-cccc-4ccc-8ccc-000000000001/resourceGroups/registries/providers/Microsoft.ContainerRegistry/registries/myreg"
  role_definition_name = "AcrPull"
  principal_id         = azuread_service_principal.image_pulls.object_id
}
