/* Exercice : attacher un socket à un port. */
#include <arpa/inet.h>  /* htons, htonl */
#include <netinet/in.h> /* struct sockaddr_in, INADDR_ANY, IPPORT_USERRESERVED */
#include <stdio.h>
#include <stdlib.h>
#include <string.h> /* memset */
#include <sys/socket.h>
#include <unistd.h> /* sleep, close */

#define PORT IPPORT_USERRESERVED /* 5000 */
#define DUREE 2 /* secondes */

int main(void)
{
    /* Étape 1 : créer un socket TCP/IPv4. */

    /* Étape 2 : remplir une struct sockaddr_in : toutes les adresses de la machine, port 5000. */

    /* Étape 3 : attacher le socket. En cas d'échec : perror(), fermer le socket, EXIT_FAILURE. */

    /* Étape 4 : dire que c'est fait, puis dormir DUREE secondes. */

    /* Étape 5 : fermer le socket et terminer avec EXIT_SUCCESS. */

    fprintf(stderr, "attache_tcp : à compléter (port %d pendant %d s)\n", PORT, DUREE);
    return EXIT_FAILURE;
}
