resource "azuread_application" "gce_pulls" {
  display_name     = "gce-pulls"
  sign_in_audience = "AzureADMyOrg"
}

resource "azuread_service_principal" "gce_pulls" {
  client_id = azuread_application.gce_pulls.client_id
}

resource "azuread_application_federated_identity_credential" "gce_pulls" {
  application_id = azuread_application.gce_pulls.id
  display_name   = "gce"
  issuer         = "https://accounts.google.com"
  subject        = "102030405060708090100"
  audiences      = ["api://AzureADTokenExchange"]
}

resource "azurerm_role_assignment" "gce_pulls" {
  scope                = "/subscriptions/30000000-cccc-4ccc-8ccc-000000000001/resourceGroups/registries/providers/Microsoft.ContainerRegistry/registries/myreg"
  role_definition_name = "AcrPull"
  principal_id         = azuread_service_principal.gce_pulls.object_id
}
